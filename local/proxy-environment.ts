import { InvalidInput } from '../core/errors.ts';

const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
const OTHERS = ['NO_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS'];

/**
 * What leads to the internet from behind a company's proxy, for the processes that ask Spotify. An address may
 * hold a password: none is said, nor kept.
 */
export function proxyEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const given = [...PROXIES, ...OTHERS].flatMap((name): [string, string][] => {
    const value = env[name];
    return value ? [[name, value]] : [];
  });
  const proxies = given.filter(([name]) => PROXIES.includes(name));
  for (const [name, value] of proxies) {
    const { protocol } = URL.parse(value) ?? {};
    if (protocol !== 'http:' && protocol !== 'https:') {
      throw new InvalidInput(`${name} is no address of a proxy, such as http://proxy.example:3128`);
    }
  }
  // Node's own switch, without which it reads none of them.
  return Object.fromEntries([
    ...given,
    ...(proxies.length > 0 ? [['NODE_USE_ENV_PROXY', '1']] : []),
  ]);
}
