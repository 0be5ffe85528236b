/** Prices of Bedrock's models, from AWS's Price List API. */
import type { PricingClient } from '@aws-sdk/client-pricing';
import { mergedModel, type PriceList } from '../../spec/cost/price-list.ts';
import type { Commitment, ModelPrices, TokenPrice } from '../../spec/cost/prices.ts';
import { highest, type Product, products, publishedOn } from './products.ts';

type BedrockList = NonNullable<PriceList['regions'][string]['bedrock']>;

/** Of its own models and open ones. Those of other companies, such as Claude, are sold, and listed, under another. */
const ServiceCode = 'AmazonBedrock';

/** What usage types call the models that can be customized, and those that judge. */
const MODELS: Readonly<Record<string, string>> = {
  NovaMicro: 'amazon.nova-micro-v1:0',
  NovaLite: 'amazon.nova-lite-v1:0',
  NovaPro: 'amazon.nova-pro-v1:0',
  NovaPremier: 'amazon.nova-premier-v1:0',
  'Nova2.0Lite': 'amazon.nova-2-lite-v1:0',
  'Llama3-1-8B': 'meta.llama3-1-8b-instruct-v1:0',
  'Llama3-1-70B': 'meta.llama3-1-70b-instruct-v1:0',
  'Llama3-2-1B': 'meta.llama3-2-1b-instruct-v1:0',
  'Llama3-2-3B': 'meta.llama3-2-3b-instruct-v1:0',
  'Llama3-2-11B': 'meta.llama3-2-11b-instruct-v1:0',
  'Llama3-2-90B': 'meta.llama3-2-90b-instruct-v1:0',
  'Llama3-3-70B': 'meta.llama3-3-70b-instruct-v1:0',
};

/** How usage types of a model end. Others are of other tiers, of caches, of images. */
const TOKENS: Readonly<Record<string, TokenPrice>> = {
  'Customization-Training': 'training',
  'input-tokens': 'input',
  'output-tokens': 'output',
  'input-tokens-batch': 'batchInput',
  'output-tokens-batch': 'batchOutput',
  'input-tokens-custom-model': 'customInput',
  'output-tokens-custom-model': 'customOutput',
};
const UNITS: Readonly<Record<string, Commitment>> = {
  'ProvisionedThroughput-NoCommit-ModelUnits': 'none',
  'ProvisionedThroughput-1month-ModelUnits': 'one-month',
  'ProvisionedThroughput-6month-ModelUnits': 'six-months',
};
const STORAGE = 'Customization-Storage';

/** What a price per unit is per million tokens; a unit that is not here is not guessed at. */
const PER_MILLION: Readonly<Record<string, number>> = { '1k tokens': 1000, '1m tokens': 1 };

/** The prices of a region's models, as far as the list has them; `undefined` where it has none. */
export async function readBedrockPrices(pricing: PricingClient, region: string): Promise<BedrockList | undefined> {
  const models: Record<string, ModelPrices> = {};
  const days: string[] = [];
  for await (const product of products(pricing, ServiceCode, { regionCode: region })) {
    const found = priceIn(product);
    if (!found) continue;
    const { model, prices } = found;
    models[model] = mergedModel(models[model] ?? {}, prices);
    days.push(publishedOn(product));
  }
  if (Object.keys(models).length === 0) return undefined;
  const asOf = days.sort().at(-1);
  return {
    ...(asOf && { asOf }),
    sources: [`price list of ${asOf || 'no stated day'}: AWS Price List API, GetProducts of ${ServiceCode}`],
    models: Object.fromEntries(Object.entries(models).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** `USE1-NovaLite-input-tokens` is of Nova Lite. */
function priceIn(product: Product): { model: string; prices: ModelPrices } | undefined {
  const [, name = '', what = ''] =
    /^[A-Z0-9]+-(.+?)-((?:Customization|ProvisionedThroughput|input|output)-.+)$/.exec(
      product.product?.attributes?.usagetype ?? '',
    ) ?? [];
  const model = MODELS[name];
  const price = highest(product, () => true);
  if (model === undefined || price === undefined) return undefined;
  const { usd, unit } = price;
  const [tokens, commitment, factor] = [TOKENS[what], UNITS[what], PER_MILLION[unit.toLowerCase()]];
  if (tokens && factor)
    return { model, prices: { perMillionTokens: { [tokens]: Number((usd * factor).toPrecision(6)) } } };
  if (commitment) return { model, prices: { perModelUnitHour: { [commitment]: usd } } };
  return what === STORAGE ? { model, prices: { perModelMonth: usd } } : undefined;
}
