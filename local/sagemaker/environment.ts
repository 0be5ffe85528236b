/** A container does not see its host's environment: credentials of the user's own stay outside. */
const KEPT = ['HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ'];
/** How the host reaches the network, and whom it trusts. */
const NETWORK = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
];

/** The variables every container gets; AWS's addresses are the region's. */
export function containerEnvironment(
  options: { readonly region: string; readonly s3Endpoint: string; readonly logsEndpoint: string },
  host: NodeJS.ProcessEnv,
): Record<string, string> {
  const names = [...KEPT, ...NETWORK, ...NETWORK.map((name) => name.toLowerCase())];
  const kept = names.flatMap((name) => (host[name] === undefined ? [] : [[name, host[name]] as const]));
  return {
    ...Object.fromEntries(kept),
    PATH: host.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    PYTHONUNBUFFERED: '1',
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_S3: options.s3Endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: options.logsEndpoint,
  };
}
