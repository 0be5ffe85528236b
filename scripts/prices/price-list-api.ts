/** Prices of SageMaker's instances, from AWS's Price List API. */
import { type PricingClient, paginateGetAttributeValues } from '@aws-sdk/client-pricing';
import type { PriceList } from '../../spec/cost/price-list.ts';
import type { Use } from '../../spec/cost/prices.ts';
import { highest, products, publishedOn } from './products.ts';

const ServiceCode = 'AmazonSageMaker';

/** What the Price List calls the uses. */
const COMPONENTS = { training: 'Training', transform: 'BatchTransform', hosting: 'Hosting' } as const satisfies Record<
  Use,
  string
>;

/** The regions that SageMaker has prices in, sorted. */
export async function priceRegions(pricing: PricingClient): Promise<string[]> {
  const regions: string[] = [];
  const request = { ServiceCode, AttributeName: 'regionCode' };
  for await (const { AttributeValues } of paginateGetAttributeValues({ client: pricing }, request)) {
    for (const { Value } of AttributeValues ?? []) if (Value) regions.push(Value);
  }
  return regions.sort();
}

/** The on-demand prices of a region, types sorted; `undefined` where it has none. */
export async function readPrices(
  pricing: PricingClient,
  region: string,
): Promise<PriceList['regions'][string] | undefined> {
  const found = { training: {}, transform: {}, hosting: {} } as Record<Use, Record<string, number>>;
  let asOf = '';
  for (const use of Object.keys(COMPONENTS) as Use[]) {
    for await (const product of products(pricing, ServiceCode, { regionCode: region, component: COMPONENTS[use] })) {
      const type = product.product?.attributes?.instanceName;
      const usd = highest(product, (unit) => /^hrs?$|^hours?$/i.test(unit))?.usd;
      if (!type?.startsWith('ml.') || usd === undefined) continue;
      // Where a type is listed twice, what it costs at most.
      found[use][type] = Math.max(usd, found[use][type] ?? 0);
      const published = publishedOn(product);
      if (published > asOf) asOf = published;
    }
  }
  if (Object.values(found).every((prices) => Object.keys(prices).length === 0)) return undefined;
  return {
    ...(asOf !== '' && { asOf }),
    sources: [`price list of ${asOf || 'no stated day'}: AWS Price List API, GetProducts of ${ServiceCode}`],
    training: sorted(found.training),
    transform: sorted(found.transform),
    hosting: sorted(found.hosting),
  };
}

const sorted = (prices: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(prices).sort(([a], [b]) => (a < b ? -1 : 1)));
