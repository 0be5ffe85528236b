/** What processes run and where they listen, as the system has it: from /proc on Linux, where a slim image has no ps. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

interface Row {
  readonly pid: number;
  readonly parent: number;
}

/** Whether a process with this pid runs; one that has ended but was not reaped does not. */
export function runs(pid: number): boolean {
  return table().some((row) => row.pid === pid);
}

export function childrenOf(pid: number): number[] {
  return table()
    .filter((row) => row.parent === pid)
    .map((row) => row.pid);
}

/** 127.0.0.1, in each of the forms that {@link listenAddresses} has. */
export const LOOPBACK = ['0100007F', '127.0.0.1'];

/** Addresses that a process listens on, without ports; in hexadecimal on Linux. */
export function listenAddresses(pid: number): string[] {
  return process.platform === 'linux' ? addressesFromProc(pid) : addressesFromLsof(pid);
}

function table(): Row[] {
  const rows = process.platform === 'linux' ? statesFromProc() : statesFromPs();
  return rows.flatMap(([pid, parent, state]) => (state.startsWith('Z') ? [] : [{ pid, parent }]));
}

type State = [pid: number, parent: number, state: string];

function statesFromProc(): State[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
      const [state = '', parent] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
      return state ? [[Number(pid), Number(parent), state] satisfies State] : [];
    });
}

function statesFromPs(): State[] {
  return lines(execFileSync('ps', ['-axo', 'pid=,ppid=,stat='], { encoding: 'utf8' })).map((line) => {
    const [pid, parent, state = ''] = line.trim().split(/\s+/);
    return [Number(pid), Number(parent), state];
  });
}

const LISTEN = '0A';

function addressesFromProc(pid: number): string[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`))),
  );
  return ['tcp', 'tcp6'].flatMap((protocol) =>
    lines(readFileSync(`/proc/${pid}/net/${protocol}`, 'utf8'))
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTEN && sockets.has(`socket:[${fields[9]}]`))
      .map((fields) => fields[1]?.split(':')[0] ?? ''),
  );
}

function addressesFromLsof(pid: number): string[] {
  const args = ['-nP', '-a', '-p', String(pid), '-iTCP', '-sTCP:LISTEN', '-Fn'];
  return lines(execFileSync('lsof', args, { encoding: 'utf8' }))
    .filter((line) => line.startsWith('n'))
    .map((line) => line.slice(1, line.lastIndexOf(':')));
}

function lines(text: string): string[] {
  return text.trimEnd().split('\n');
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
