/** Products of AWS's Price List API, as it gives them. */
import { type PricingClient, paginateGetProducts } from '@aws-sdk/client-pricing';

/** What is read of a product; the API gives each as a JSON text. */
export interface Product {
  readonly product?: { readonly attributes?: Readonly<Record<string, string>> };
  readonly publicationDate?: string;
  readonly terms?: {
    readonly OnDemand?: Readonly<
      Record<string, { readonly priceDimensions?: Readonly<Record<string, PriceDimension>> }>
    >;
  };
}

interface PriceDimension {
  readonly unit?: string;
  readonly pricePerUnit?: { readonly USD?: string };
}

/** Those of a service whose attributes are as given. */
export async function* products(
  pricing: PricingClient,
  ServiceCode: string,
  attributes: Readonly<Record<string, string>>,
): AsyncGenerator<Product> {
  const Filters = Object.entries(attributes).map(([Field, Value]) => ({ Type: 'TERM_MATCH' as const, Field, Value }));
  for await (const { PriceList } of paginateGetProducts({ client: pricing }, { ServiceCode, Filters })) {
    for (const text of PriceList ?? []) yield JSON.parse(String(text)) as Product;
  }
}

export const publishedOn = ({ publicationDate }: Product): string => publicationDate?.slice(0, 10) ?? '';

/** The highest price by a fitting unit; `undefined` for a product that has none, or is free. */
export function highest(
  { terms }: Product,
  fits: (unit: string) => boolean,
): { readonly usd: number; readonly unit: string } | undefined {
  const [first] = Object.values(terms?.OnDemand ?? {})
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions ?? {}))
    .map(({ unit = '', pricePerUnit }) => ({ unit, usd: Number(pricePerUnit?.USD) }))
    .filter(({ unit, usd }) => fits(unit) && usd > 0)
    .sort((a, b) => b.usd - a.usd);
  return first;
}
