/** Reads the environment: /config.json, which Terraform writes beside the build. */

export interface Region {
  /** AWS name, as `x-region` gives it. */
  name: string;
  /** Base address of this region's own API, ending in /v1. */
  api: string;
}

export interface CognitoConfig {
  region: string;
  userPoolId: string;
  userPoolClientId: string;
  /** Set only if Cognito is not AWS's own. */
  endpoint?: string;
}

/** Addresses outside the storefront, for header and footer. */
export interface Links {
  blog?: string;
  /** Source and documentation. */
  source?: string;
  imprint?: string;
  /** Only on a local cloud. */
  controlRoom?: string;
}

export interface Config {
  /** Base address that DNS routes to the healthy region nearest to the shopper, ending in /v1. */
  api: string;
  regions: Region[];
  cognito: CognitoConfig;
  /** Base address of the blog, absolute or a path of this origin; null without a blog. */
  blog: string | null;
  /** The code that confirms any new account, on a local cloud, which sends no e-mail. */
  signUpCode?: string | null;
  links?: Links;
}

/** config.json is missing or incomplete. */
export class ConfigError extends Error {}

function isConfig(value: unknown): value is Config {
  const config = value as Partial<Config> | null;
  return (
    typeof config?.api === 'string' &&
    Array.isArray(config.regions) &&
    config.regions.every((region) => typeof region.name === 'string' && typeof region.api === 'string') &&
    typeof config.cognito?.userPoolId === 'string' &&
    typeof config.cognito.userPoolClientId === 'string'
  );
}

let loaded: Config | null = null;

/** The configuration that loadConfig read. Throws ConfigError before that. */
export function loadedConfig(): Config {
  if (loaded === null) throw new ConfigError('config.json has not been loaded yet');
  return loaded;
}

export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json').catch((cause) => {
    throw new ConfigError('config.json could not be fetched', { cause });
  });
  if (!response.ok) throw new ConfigError(`config.json answered ${response.status}`);
  const config: unknown = await response.json();
  if (!isConfig(config)) throw new ConfigError('config.json does not hold what the shop needs');
  loaded = config;
  return config;
}
