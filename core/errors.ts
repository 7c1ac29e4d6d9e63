/**
 * Every error that leaves a function. `name` is a literal: the state machine matches on it and a
 * minifier would mangle a class name. `transient` says whether the same call may succeed later
 * without a change by a person. No message ever holds a token, a secret or a response header.
 */
export abstract class TributaryError extends Error {
  abstract override readonly name: string;
  abstract readonly transient: boolean;
}

/** A setting or an event is missing or has the wrong form. */
export class InvalidInput extends TributaryError {
  override readonly name = 'InvalidInput';
  readonly transient = false;
}

/** Spotify does not know the client id and secret. */
export class InvalidCredentials extends TributaryError {
  override readonly name = 'InvalidCredentials';
  readonly transient = false;
}

/** 401: the access token ran out or was revoked; FetchToken gets another one. */
export class AccessTokenExpired extends TributaryError {
  override readonly name = 'AccessTokenExpired';
  readonly transient = true;
}

/** Fresh tokens are rejected again and again: another one will not help. */
export class AccessTokenRejected extends TributaryError {
  override readonly name = 'AccessTokenRejected';
  readonly transient = false;
}

/** 429 of the rolling 30 s window, with the seconds to wait. */
export class RateLimited extends TributaryError {
  override readonly name = 'RateLimited';
  readonly transient = true;
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** 429 of the rolling 24 h quota: stop calling, the next run resumes. */
export class QuotaExhausted extends TributaryError {
  override readonly name = 'QuotaExhausted';
  readonly transient = true;
}

/** 403: this kind of app may not call this endpoint, or its owner has no Premium. */
export class EndpointNotAllowed extends TributaryError {
  override readonly name = 'EndpointNotAllowed';
  readonly transient = false;
}

/** Any other 4xx: the request itself is not what Spotify takes. */
export class RequestRejected extends TributaryError {
  override readonly name = 'RequestRejected';
  readonly transient = false;
}

/** 404 on something that a listing named. */
export class ResourceNotFound extends TributaryError {
  override readonly name = 'ResourceNotFound';
  readonly transient = false;
}

/** 5xx, a time-out or a broken connection, after the client's own retries. */
export class ServiceUnavailable extends TributaryError {
  override readonly name = 'ServiceUnavailable';
  readonly transient = true;
}

/** A response that is no JSON, or lacks a field that is relied on. */
export class ContractBroken extends TributaryError {
  override readonly name = 'ContractBroken';
  readonly transient = true;
}

/** The requests of the run are used up: the next run goes on. */
export class BudgetSpent extends TributaryError {
  override readonly name = 'BudgetSpent';
  readonly transient = true;
}

/** The time of the call or of the run is used up: the next one goes on. */
export class TimeSpent extends TributaryError {
  override readonly name = 'TimeSpent';
  readonly transient = true;
}

/** An AWS call was throttled, timed out or failed with a 5xx, after the SDK's own retries. */
export class AwsUnavailable extends TributaryError {
  override readonly name = 'AwsUnavailable';
  readonly transient = true;
}

/** An object that a manifest lists is not in the lake, or is not what it should be. */
export class RawDataMissing extends TributaryError {
  override readonly name = 'RawDataMissing';
  readonly transient = false;
}

/** The crawler is at an earlier crawl, which may have begun before our files were stored. */
export class CrawlerBusy extends TributaryError {
  override readonly name = 'CrawlerBusy';
  readonly transient = true;
}
