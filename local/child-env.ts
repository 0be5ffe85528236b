const OURS = /^(AWS|TEMPORAL|MINISTACK|LOCALSTACK)_/;

/** The environment of a child: this process's own, without the credentials and settings that point to real services. */
export function childEnv(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name))), ...extra };
}
