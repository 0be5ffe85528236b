import { Connection } from '@temporalio/client';
import { onTestFinished, vi } from 'vitest';

/** A call of Temporal's workflow service that changes something. */
type Call = 'updateSchedule' | 'requestCancelWorkflowExecution';

/**
 * Does something right before the next command makes such a call, and says for the how manieth time: what another person, or the
 * run itself, does in that moment.
 */
export function meanwhile(call: Call, work: (time: number) => Promise<unknown>): void {
  const connect = Connection.connect.bind(Connection);
  const connecting = vi.spyOn(Connection, 'connect').mockImplementationOnce(async (options) => {
    const connection = await connect(options);
    const { workflowService } = connection;
    const send = workflowService[call].bind(workflowService) as (request: object) => Promise<object>;
    let times = 0;
    vi.spyOn(workflowService, call).mockImplementation((async (request: object) => {
      times += 1;
      await work(times);
      return send(request);
    }) as never);
    return connection;
  });
  onTestFinished(() => connecting.mockRestore());
}
