/** `/opt/ml` has another place on a laptop: everything that names it in a request means the job's own directory. */
const OPT_ML = /^("?)\/opt\/ml(?=\/|"|$)/;

export function relocated(value: string, base: string): string {
  return value.replace(OPT_ML, (_, quote: string) => `${quote}${base}`);
}

export function relocatedAll(values: Readonly<Record<string, string>>, base: string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, relocated(value, base)]));
}
