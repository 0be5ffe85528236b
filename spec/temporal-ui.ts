/** Where the Temporal UI is, and the namespace that it shows. */
export interface TemporalUi {
  readonly address: string;
  readonly namespace: string;
}

export interface Page {
  readonly of: 'workflows' | 'schedules';
  readonly id: string;
}

export const pageAddress = ({ address, namespace }: TemporalUi, { of, id }: Page): string =>
  `${address}/namespaces/${namespace}/${of}/${encodeURIComponent(id)}`;
