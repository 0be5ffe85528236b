/** Where an object or a prefix lies in S3. */
export interface S3Location {
  readonly bucket: string;
  /** Without a leading slash; empty for the bucket itself. */
  readonly key: string;
}

/** Reads `s3://bucket/key`. Throws a `RangeError` for text that is not such an address. */
export function parseS3Uri(uri: string): S3Location {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  if (!match?.[1]) throw new RangeError(`not an S3 address: ${JSON.stringify(uri)}; write it as s3://bucket/key`);
  return { bucket: match[1], key: match[2] ?? '' };
}

/** The inverse of {@link parseS3Uri}. */
export function s3Uri(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}
