/** What is to be said of an error code, wherever it comes up. Lower case, no full stop at the end. */
export interface ErrorEntry {
  /** What has happened, and what Temper does about it by itself. */
  readonly means: string;
  /** What usually brings it about. */
  readonly why: string;
  /** What to do. In a run's failure, `RUN` and `ENDPOINT` are replaced by the names of the run and of its endpoint. */
  readonly fix: string;
  /** As it is shown. */
  readonly example: string;
}
