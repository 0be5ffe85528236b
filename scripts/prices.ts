/**
 * `npm run prices [-- REGION...]`: renews spec/prices.json from AWS's Price List API, for the regions that are named or
 * else all. Needs credentials that may call `pricing:GetProducts` and `pricing:GetAttributeValues`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { PricingClient } from '@aws-sdk/client-pricing';
import { parsePriceList } from '../spec/cost/price-list.ts';
import { priceRegions, readPrices } from './prices/price-list-api.ts';

const FILE = 'spec/prices.json';

// The API is served from few regions, for all of them.
const pricing = new PricingClient({ region: 'us-east-1' });
const list = parsePriceList(readFileSync(FILE, 'utf8'));
const named = process.argv.slice(2);
const regions = { ...list.regions };
for (const region of named.length > 0 ? named : await priceRegions(pricing)) {
  const prices = await readPrices(pricing, region);
  if (prices) regions[region] = prices;
  process.stdout.write(`${region}  ${prices ? Object.keys(prices.training).length : 'no'} types to train on\n`);
}
const sorted = Object.fromEntries(Object.entries(regions).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify({ ...list, regions: sorted }, null, 2)}\n`);
