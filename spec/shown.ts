const MAX_LENGTH = 60;

/** A value as errors show it: JSON, shortened. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

/** Messages of libraries start like sentences; ours do not. */
export const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
