/**
 * `npm run prices [-- REGION...]`: renews spec/prices.json from AWS's Price List API, for the regions that are named or
 * else all. Needs credentials that may call `pricing:GetProducts` and `pricing:GetAttributeValues`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { PricingClient } from '@aws-sdk/client-pricing';
import { type PriceList, parsePriceList } from '../spec/cost/price-list.ts';
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
    if (prices) regions[region] = prices;
    process.stdout.write(`${region}  ${prices ? Object.keys(prices.training).length : 'no'} types to train on\n`);
  }
  return { ...list, regions: Object.fromEntries(Object.entries(regions).sort(([a], [b]) => (a < b ? -1 : 1))) };
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
