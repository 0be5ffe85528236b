/** The real Temporal dev server, with its UI and a database file. */
import { childEnv } from './child-env.ts';
import { expectOk } from './http.ts';
import { Service, type ServiceOptions } from './service.ts';

// The server fires timers up to a second late by default, which the short jobs of a laptop would feel at every look.
const PROMPT_TIMERS = ['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="10ms"'];

// A commit does not wait for the disk: what is committed outlives a killed server, though not a power cut.
const SQLITE = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'];

export async function startTemporal(
  options: Pick<ServiceOptions, 'logFile' | 'records' | 'onEvent'> & {
    readonly executable: string;
    readonly database: string;
    readonly port: number;
    readonly uiPort: number;
  },
): Promise<Service> {
  const { executable, database, port, uiPort, ...service } = options;
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)];
  return Service.start({
    ...service,
    name: 'Temporal',
    command: executable,
    args: [...args, '--db-filename', database, '--log-level', 'error', ...PROMPT_TIMERS, ...SQLITE],
    env: childEnv(),
    // The UI's API asks the frontend, so one answer shows that both are there.
    ready: () => expectOk(`${temporalUi(uiPort)}/api/v1/namespaces/default`),
  });
}

export function temporalUi(port: number): string {
  return `http://127.0.0.1:${port}`;
}
