/** Against a server that speaks the Price List API's JSON 1.1, with the products' shape as AWS gives it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { PricingClient } from '@aws-sdk/client-pricing';
import { expect, it, onTestFinished } from 'vitest';
import { readBedrockPrices } from '../../scripts/prices/bedrock-prices.ts';
import { priceRegions, readPrices } from '../../scripts/prices/price-list-api.ts';
import { priceListSchema } from '../../spec/cost/price-list.ts';

interface Asked {
  readonly Filters?: readonly { readonly Field: string; readonly Value: string }[];
  readonly ServiceCode?: string;
  readonly AttributeName?: string;
  readonly NextToken?: string;
}

/** As the list has models of Bedrock. */
function modelProduct(usagetype: string, usd: string, unit: string): string {
  const rate = { unit, pricePerUnit: { USD: usd } };
  return JSON.stringify({
    product: { productFamily: 'Amazon Bedrock', attributes: { regionCode: 'us-east-1', usagetype } },
    serviceCode: 'AmazonBedrock',
    terms: { OnDemand: { SKU: { priceDimensions: { RATE: rate } } } },
    publicationDate: '2026-11-21T01:02:03Z',
  });
}

function product(instanceName: string, component: string, usd: string, unit = 'Hrs'): string {
  const rate = { unit, pricePerUnit: { USD: usd }, beginRange: '0', endRange: 'Inf', appliesTo: [] };
  return JSON.stringify({
    product: {
      productFamily: 'ML Instance',
      attributes: { regionCode: 'us-east-1', instanceName, instanceType: `${instanceName}-${component}`, component },
      sku: 'JMCWJEAPVJNFJ5P4',
    },
    serviceCode: 'AmazonSageMaker',
    terms: { OnDemand: { 'SKU.JRTCKXETXF': { priceDimensions: { 'SKU.JRTCKXETXF.6YS6EN2CT7': rate } } } },
    version: '20261120000000',
    publicationDate: '2026-11-20T01:02:03Z',
  });
}

/** Pages by component; the last one of each has no token. */
const PAGES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Training: [
    [product('ml.m5.large', 'Training', '0.1150000000'), product('ml.g5.xlarge', 'Training', '1.4080000000')],
    [product('ml.c5.xlarge', 'Training', '0.2040000000'), product('ml.free', 'Training', '0.0000000000')],
  ],
  BatchTransform: [[product('ml.m5.large', 'BatchTransform', '0.1150000000'), product('ml.x', 'x', '0.02', 'GB')]],
  Hosting: [[]],
};

const MODEL_PAGES = [
  [
    modelProduct('USE1-Nova2.0Lite-Customization-Training', '0.0037800000', '1K tokens'),
    modelProduct('USE1-Nova2.0Lite-Customization-Storage', '1.9500000000', 'Model/month'),
    modelProduct('USE1-Nova2.0Lite-input-tokens', '0.0003300000', '1K tokens'),
    modelProduct('USE1-Nova2.0Lite-input-tokens-priority', '0.0005775000', '1K tokens'),
    modelProduct('USE1-Nova2.0Lite-output-tokens-cross-region-global', '0.0025000000', '1K tokens'),
  ],
  [
    modelProduct('USE1-Nova2.0Lite-output-tokens-custom-model', '2.5000000000', '1M tokens'),
    modelProduct('USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits', '60.5000000000', 'hour'),
    modelProduct('USE1-NovaLite-output-tokens-batch', '0.0001200000', '1K tokens'),
    modelProduct('USE1-NovaLite-input-tokens', '0.0000600000', 'TextUnit'),
    modelProduct('USE1-SomeModel-input-tokens', '0.0000600000', '1K tokens'),
  ],
];

async function priceListServer(): Promise<{ pricing: PricingClient; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Asked;
    asked.push(body);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (request.headers['x-amz-target'] === 'AWSPriceListService.GetAttributeValues') {
      response.end(JSON.stringify({ AttributeValues: [{ Value: 'us-west-2' }, { Value: 'eu-west-1' }] }));
      return;
    }
    const component = body.Filters?.find(({ Field }) => Field === 'component')?.Value ?? '';
    const page = Number(body.NextToken ?? 0);
    const pages = body.ServiceCode === 'AmazonBedrock' ? MODEL_PAGES : (PAGES[component] ?? []);
    response.end(
      JSON.stringify({
        FormatVersion: 'aws_v1',
        PriceList: pages[page] ?? [],
        ...(page + 1 < pages.length && { NextToken: String(page + 1) }),
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pricing = new PricingClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  onTestFinished(() => {
    pricing.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { pricing, asked };
}

it('reads every page of each use, and keeps the day that AWS published them', async () => {
  const { pricing, asked } = await priceListServer();
  const prices = await readPrices(pricing, 'us-east-1');
  expect(prices).toEqual({
    asOf: '2026-11-20',
    sources: ['price list of 2026-11-20: AWS Price List API, GetProducts of AmazonSageMaker'],
    training: { 'ml.c5.xlarge': 0.204, 'ml.g5.xlarge': 1.408, 'ml.m5.large': 0.115 },
    transform: { 'ml.m5.large': 0.115 },
    hosting: {},
  });
  expect(Object.keys(prices?.training ?? {})).toEqual(['ml.c5.xlarge', 'ml.g5.xlarge', 'ml.m5.large']);
  for (const { Filters } of asked) {
    expect(Filters).toContainEqual({ Type: 'TERM_MATCH', Field: 'regionCode', Value: 'us-east-1' });
  }
  expect(
    priceListSchema.safeParse({ unit: 'USD per instance and hour', regions: { 'us-east-1': prices } }).success,
  ).toBe(true);
});

it('finds the regions that have prices', async () => {
  const { pricing } = await priceListServer();
  expect(await priceRegions(pricing)).toEqual(['eu-west-1', 'us-west-2']);
});

it('reads what models of Bedrock cost, by whatever unit they are listed, and leaves out what is of another tier', async () => {
  const { pricing } = await priceListServer();
  const bedrock = await readBedrockPrices(pricing, 'us-east-1');
  expect(bedrock).toEqual({
    asOf: '2026-11-21',
    sources: ['price list of 2026-11-21: AWS Price List API, GetProducts of AmazonBedrock'],
    models: {
      'amazon.nova-2-lite-v1:0': {
        perMillionTokens: { training: 3.78, input: 0.33, customOutput: 2.5 },
        perModelMonth: 1.95,
        perModelUnitHour: { none: 60.5 },
      },
      'amazon.nova-lite-v1:0': { perMillionTokens: { batchOutput: 0.12 } },
    },
  });
  const regions = { 'us-east-1': { sources: ['s'], bedrock } };
  expect(priceListSchema.safeParse({ unit: 'USD per instance and hour', regions }).success).toBe(true);
});
