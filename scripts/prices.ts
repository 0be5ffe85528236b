/**
 * `npm run prices [-- REGION...]`: renews spec/prices.json, of SageMaker and Bedrock, from AWS's Price List API, for the regions that are named or
 * else all. Needs credentials that may call `pricing:GetProducts` and `pricing:GetAttributeValues`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { PricingClient } from '@aws-sdk/client-pricing';
import { type PriceList, parsePriceList, regionPrices } from '../spec/cost/price-list.ts';
import { readBedrockPrices } from './prices/bedrock-prices.ts';
import { priceRegions, readPrices } from './prices/price-list-api.ts';

const FILE = 'spec/prices.json';

// Which Node versions this runs on is not the SDK's to say.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

async function renewed(list: PriceList, named: readonly string[]): Promise<PriceList> {
  // The API is served from few regions, for all of them.
  const pricing = new PricingClient({ region: 'us-east-1' });
  const regions = { ...list.regions };
  for (const region of named.length > 0 ? named : await priceRegions(pricing)) {
    const prices = await readPrices(pricing, region);
    const bedrock = renewedModels(await readBedrockPrices(pricing, region), list.regions[region]?.bedrock);
    if (prices) regions[region] = { ...prices, ...(bedrock && { bedrock }) };
    const types = prices ? Object.keys(prices.training).length : 'no';
    process.stdout.write(
      `${region}  ${types} types to train on, ${Object.keys(bedrock?.models ?? {}).length} models\n`,
    );
  }
  return { ...list, regions: Object.fromEntries(Object.entries(regions).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

type Bedrock = PriceList['regions'][string]['bedrock'];

/** The list lacks models of other companies: of those, what was known stays, with its sources. */
function renewedModels(found: Bedrock, known: Bedrock): Bedrock {
  if (!found || !known) return found ?? known;
  const region = (bedrock: Bedrock): PriceList => ({
    unit: 'USD per instance and hour',
    regions: { here: { sources: ['here'], training: {}, transform: {}, hosting: {}, ...(bedrock && { bedrock }) } },
  });
  const { bedrock } = regionPrices('here', [region(found), region(known)]);
  return { ...known, ...bedrock, sources: [...found.sources, ...known.sources] };
}

try {
  const list = await renewed(parsePriceList(readFileSync(FILE, 'utf8')), process.argv.slice(2));
  writeFileSync(FILE, `${JSON.stringify(list, null, 2)}\n`);
  execFileSync('node_modules/.bin/biome', ['format', '--write', FILE], { stdio: 'ignore' });
} catch (error) {
  const { name, message } = error as Error;
  process.stderr.write(`the prices are as they were: ${name}: ${message}\n`);
  process.exitCode = 1;
}
