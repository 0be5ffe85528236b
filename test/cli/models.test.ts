/** `temper models`: what Bedrock lists, beside what is known of customizing it. */
import { describe, expect, it } from 'vitest';
import type { ModelsReport } from '../../cli/models/report.ts';
import { sharedRegion } from '../support/region.ts';
import { cli } from './support/cli.ts';

const { env } = sharedRegion();
const NOBODY = {
  AWS_ENDPOINT_URL_BEDROCK: 'http://127.0.0.1:1',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'a',
  AWS_SECRET_ACCESS_KEY: 'b',
};

async function models(argv: readonly string[], given: NodeJS.ProcessEnv = env): Promise<ModelsReport> {
  const { exitCode, stdout } = await cli(['models', ...argv, '--json'], { env: given });
  expect(exitCode).toBe(0);
  return JSON.parse(stdout);
}

describe('temper models', () => {
  it('lists what Bedrock has in the region, each model once, with what is known of it', async () => {
    const report = await models([]);
    expect(report).toMatchObject({ source: 'bedrock', region: env.AWS_REGION });
    const ids = report.models.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    // Bedrock calls the models of the laptop region what they are.
    expect(report.models.find(({ id }) => id === 'amazon.nova-lite-v1:0')).toMatchObject({
      name: 'Nova Lite (stand-in)',
      customizedAs: 'amazon.nova-lite-v1:0:300k',
      customizations: [
        {
          customization: 'fine-tuning',
          confirmed: true,
          format: 'bedrock-conversation-2024',
          limits: { minTrainRecords: 8, trainRecords: 20_000 },
          hyperparameters: { epochCount: { type: 'integer', min: 1, max: 5, default: 2 } },
        },
        { customization: 'distillation', teachers: ['amazon.nova-pro-v1:0', 'amazon.nova-premier-v1:0'] },
      ],
      served: ['bedrock-on-demand', 'bedrock-provisioned'],
    });
  });

  it('says how each can be customized and served, for people', async () => {
    const { stdout } = await cli(['models', 'meta.llama3-1-8b-instruct-v1:0'], { env });
    expect(stdout.split('\n').slice(0, 5)).toEqual([
      '  meta.llama3-1-8b-instruct-v1:0  Llama 3.1 8B Instruct (stand-in), Meta',
      '    fine-tuning   prompt-completion · up to 10,000 records · up to 1,000 for',
      '                  validation · 100 to 10,000 records in all · 16,000 tokens a',
      '                  record',
      '                  epochCount 5 (1 to 10) · batchSize 1 · learningRate 0.0001',
    ]);
    expect(stdout).toContain('    served        bedrock-provisioned\n');
    expect(stdout).toContain('    source        docs.aws.amazon.com/bedrock/');
  });

  it('says that it is from the data file where Bedrock cannot be asked', async () => {
    const report = await models([], NOBODY);
    expect(report).toMatchObject({
      source: 'file',
      problem: expect.stringContaining('could not ask Bedrock in us-east-1'),
    });
    expect(report.models.map(({ id }) => id)).toContain('anthropic.claude-3-haiku-20240307-v1:0');
    const { stdout } = await cli(['models', 'amazon.nova-micro-v1:0'], { env: NOBODY });
    expect(stdout).toContain("! 1 model of temper's own data file, as of");
  });

  it('finds one by any of its ids, and helps with others', async () => {
    const { models: found } = await models(['us.amazon.nova-2-lite-v1:0']);
    expect(found.map(({ id }) => id)).toEqual(['amazon.nova-2-lite-v1:0']);
    const { exitCode, stderr } = await cli(['models', 'nova-lte'], { env });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('did you mean amazon.nova-lite-v1:0?')]);
  });
});
