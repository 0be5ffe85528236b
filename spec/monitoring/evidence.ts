/** What was found of a served model, in as much as a decision is drawn from it: small, and told to people in a line. */
import type { DriftMeasure } from './drift.ts';
import type { Joined, LiveScores } from './live.ts';
import type { Window } from './window.ts';

/** A model that serves. */
export interface Watched {
  /** From 1, in the order of hand-over. */
  readonly version: number;
  /** Workflow id of the run that handed it over. */
  readonly run: string;
  /** What is asked: the name of the endpoint, or of what serves it on Bedrock. */
  readonly serves: string;
}

/** What was kept of its traffic in a window. */
export interface TrafficRead extends Window {
  /** Objects that were read, and their bytes as they are stored. */
  readonly files: number;
  readonly bytes: number;
  readonly requests: number;
  /** Of those, what runs have asked, which is left out. */
  readonly own: number;
  /** Lines that could not be read, which are left out. */
  readonly broken: number;
  readonly firstBroken?: { readonly uri: string; readonly line: number; readonly why: string };
}

interface Found {
  /** Whether it is a reason to train again. */
  readonly due: boolean;
  /** In a line, with the figures that it was held against. */
  readonly reason: string;
  /** Absent where no version was handed over yet. */
  readonly champion?: Watched;
  /** Absent where nothing is kept of the traffic, or nothing serves. */
  readonly traffic?: TrafficRead;
}

export interface DriftEvidence extends Found {
  readonly measure?: DriftMeasure;
}

export interface LiveEvidence extends Found, Joined, LiveScores {
  /** The first row of the labels that could not be read. */
  readonly firstUnread?: string;
}
