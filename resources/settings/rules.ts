/** What a value of a setting may be. On the command line every value is text. */
export interface Rule {
  /** As it is used in `<name> must be <is>`. */
  is: string;
  accepts(text: string): boolean;
}

export const integer = (min: number, max: number): Rule => ({
  is: `a whole number from ${min} to ${max}`,
  accepts: (text) => /^-?\d+$/.test(text) && Number(text) >= min && Number(text) <= max,
});

export const number = (min: number, max: number): Rule => ({
  is: `a number from ${min} to ${max}`,
  accepts: (text) => /^-?\d+(\.\d+)?$/.test(text) && Number(text) >= min && Number(text) <= max,
});

export const flag: Rule = {
  is: 'true or false',
  accepts: (text) => text === 'true' || text === 'false',
};

export const oneOf = (...choices: (string | number)[]): Rule => ({
  is: `one of ${choices.join(', ')}`,
  accepts: (text) => choices.map(String).includes(text),
});

export const text = (pattern: RegExp, is: string): Rule => ({
  is,
  accepts: (value) => pattern.test(value),
});

/** A rule that also takes an empty text, which switches the setting off. */
export const optional = (rule: Rule): Rule => ({
  is: `${rule.is}, or empty`,
  accepts: (value) => value === '' || rule.accepts(value),
});

export const timezone: Rule = {
  is: 'a time zone like Europe/Berlin',
  accepts(value) {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: value }) !== undefined;
    } catch {
      return false;
    }
  },
};

/** An address that gets the secret or a token: encrypted, unless it is this machine. */
export const serviceUrl: Rule = {
  is: 'an https:// address (http:// on this machine alone)',
  accepts(value) {
    if (!URL.canParse(value)) return false;
    const { protocol, hostname } = new URL(value);
    const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
    return protocol === 'https:' || (protocol === 'http:' && isHere);
  },
};

/** A part of resource names: letters, digits and dashes. */
export const name = (longest: number): Rule => ({
  is: `letters, digits, - and _, ${longest} at the most`,
  accepts: (value) => new RegExp(`^[A-Za-z0-9][A-Za-z0-9_-]{0,${longest - 1}}$`).test(value),
});
