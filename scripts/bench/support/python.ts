/** Peers that are written in Python. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from '../../../local/index.ts';
import { TOOLS } from './region.ts';

/** An interpreter that has a package, `boto3==1.43.106`; installed once, and kept. */
export async function pythonWith(requirement: string): Promise<string> {
  const venv = join(TOOLS, requirement);
  const interpreter = join(venv, 'bin', 'python');
  const ready = join(venv, 'ready');
  if (existsSync(ready)) return interpreter;
  const { path } = await findPython(process.env);
  execFileSync(path, ['-m', 'venv', '--clear', venv]);
  execFileSync(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement]);
  writeFileSync(ready, '');
  return interpreter;
}
