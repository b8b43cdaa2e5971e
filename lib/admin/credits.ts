import type {
  CreditTransaction,
  CreditUsage,
  PromoCode,
  RedeemedCode,
  Topup,
  UpgradedSubscription,
} from "../../schema/billing.ts";
import { checkOptions } from "../check.ts";
import { checkCallOptions } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import {
  cloudCall,
  given,
  readList,
  readRecord,
  requireText,
  unreadable,
} from "./answers.ts";
import {
  LIST_NAMES,
  type ListOptions,
  type PagedList,
  pagedList,
} from "./paged.ts";

type Args = Readonly<Record<string, unknown>>;

/** Call a command about payments of an organization; from 1.3 on. */
async function billingCall(
  session: Session,
  subcommand: string,
  orgId: string,
  args: Args,
  { signal, timeout }: CallOptions,
): Promise<Args> {
  const all = { orgId: requireText("orgId", orgId), ...given(args) };
  const command = "rrext_account_billing";
  return await cloudCall(session, command, subcommand, all, {
    signal,
    timeout,
  });
}

/** Options of {@linkcode validatePromoCode}. */
export interface PromoCodeOptions extends CallOptions {
  /** The price that it is for. @default {any} */
  readonly priceId?: string | undefined;
}

/**
 * Ask what a code is worth. One that is unknown is a result, not an exception.
 *
 * Only RocketRide's cloud has this, from 1.3 on; other servers refuse with the
 * code `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param code The code.
 * @param options See {@linkcode PromoCodeOptions}.
 * @returns Whether it counts, and what it takes off or gives.
 * @throws {TypeError} The id or the code is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function validatePromoCode(
  session: Session,
  orgId: string,
  code: string,
  options: PromoCodeOptions = {},
): Promise<PromoCode> {
  checkOptions(
    options,
    "validatePromoCode(session, orgId, code, { priceId })",
    {
      priceId: "string",
      signal: 1,
      timeout: 1,
    },
  );
  const { priceId } = options;
  const args = { code: requireText("code", code), priceId };
  const body = await billingCall(
    session,
    "promo_validate",
    orgId,
    args,
    options,
  );
  if (typeof body.valid === "boolean") return body as PromoCode;
  throw unreadable("what a code is worth");
}

/**
 * Take what a code gives.
 *
 * Only RocketRide's cloud has this, from 1.3 on; other servers refuse with the
 * code `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param code The code.
 * @param options See {@linkcode CallOptions}.
 * @returns What it gave.
 * @throws {TypeError} The id or the code is blank. Nothing was sent.
 * @throws {RocketRideException} The code does not count.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function redeemPromoCode(
  session: Session,
  orgId: string,
  code: string,
  options: CallOptions = {},
): Promise<RedeemedCode> {
  checkCallOptions(options, "redeemPromoCode(session, orgId, code)");
  const args = { code: requireText("code", code) };
  const body = await billingCall(session, "promo_redeem", orgId, args, options);
  if (typeof body.redeemed === "boolean") return body as RedeemedCode;
  throw unreadable("what came of a code");
}

/** Which subscription, and its new price; see {@linkcode upgradeSubscription}. */
export interface UpgradeParams {
  /** The app's id. */
  readonly appId: string;
  /** The price, from {@linkcode getProductPrices}. */
  readonly newPriceId: string;
}

/**
 * Move a subscription to another price.
 *
 * Only RocketRide's cloud has this, from 1.3 on; other servers refuse with the
 * code `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param params Which subscription, and its new price.
 * @param options See {@linkcode CallOptions}.
 * @returns The subscription as it is now.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function upgradeSubscription(
  session: Session,
  orgId: string,
  params: UpgradeParams,
  options: CallOptions = {},
): Promise<UpgradedSubscription> {
  checkCallOptions(options, "upgradeSubscription(session, orgId, params)");
  checkOptions(params, "upgradeSubscription(session, orgId, { newPriceId })", {
    appId: 1,
    newPriceId: 1,
  });
  const args = {
    appId: requireText("appId", params.appId),
    newPriceId: requireText("newPriceId", params.newPriceId),
  };
  const body = await billingCall(session, "upgrade", orgId, args, options);
  return readRecord<UpgradedSubscription>(
    body,
    "a subscription",
    "subscriptionId",
  );
}

/**
 * Buy credits with the payment method that is on file.
 *
 * Only RocketRide's cloud has this, from 1.3 on; other servers refuse with the
 * code `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param priceId The price of the pack, from {@linkcode listCreditPacks}.
 * @param options See {@linkcode CallOptions}.
 * @returns How the payment is, and what it still takes.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function purchaseTopup(
  session: Session,
  orgId: string,
  priceId: string,
  options: CallOptions = {},
): Promise<Topup> {
  checkCallOptions(options, "purchaseTopup(session, orgId, priceId)");
  const args = { priceId: requireText("priceId", priceId) };
  const body = await billingCall(
    session,
    "purchase_topup",
    orgId,
    args,
    options,
  );
  return readRecord<Topup>(body, "a payment", "status");
}

/** Options of {@linkcode listTransactions}. */
export interface TransactionsOptions extends ListOptions {
  /** Whose movements are meant. @default {"org"} */
  readonly scope?: "org" | "team" | "user" | undefined;
  /** The id of the team or user. @default {the account's own} */
  readonly scopeId?: string | undefined;
  /** The first moment, as an ISO time. @default {the beginning} */
  readonly since?: string | undefined;
}

/**
 * List the movements of credits of an organization, a team or a user.
 *
 * Only RocketRide's cloud has this, from 1.3 on, and `sort`, `filters` and
 * `search` from 1.4 on; other servers refuse with the code `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param options See {@linkcode TransactionsOptions}.
 * @returns The movements, page by page.
 * @throws {TypeError} The id is blank.
 * @throws {RangeError} The scope is unknown.
 */
export function listTransactions(
  session: Session,
  orgId: string,
  options: TransactionsOptions = {},
): PagedList<CreditTransaction> {
  checkOptions(options, "listTransactions(session, orgId, { scope })", {
    ...LIST_NAMES,
    scope: ["org", "team", "user"],
    scopeId: "string",
    since: "string",
  });
  const { scope = "org", scopeId, since, ...list } = options;
  const org = requireText("orgId", orgId);
  const paged = { ...list, pageSize: list.pageSize ?? 50 };
  return pagedList("transactions", paged, (args, waiting) => {
    const all = { scope, scopeId, since, ...args };
    return billingCall(session, "transactions", org, all, waiting);
  }, { rows: "transactions", pageSize: "pageSize" });
}

/**
 * List the values that a member of the movements of credits has, for a choice
 * of `filters`.
 *
 * Only RocketRide's cloud has this, from 1.4 on; other servers refuse with the
 * code `not-supported`. Official clients call it `get_transaction_distinct`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param field The member's name.
 * @param options See {@linkcode CallOptions}.
 * @returns The values.
 * @throws {TypeError} The id or the name is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listTransactionValues(
  session: Session,
  orgId: string,
  field: string,
  options: CallOptions = {},
): Promise<readonly unknown[]> {
  checkCallOptions(options, "listTransactionValues(session, orgId, field)");
  const args = { field: requireText("field", field) };
  const command = "transactions_distinct";
  const { values } = await billingCall(session, command, orgId, args, options);
  if (Array.isArray(values)) return values;
  throw unreadable("a list of values");
}

/**
 * Return what each user of an organization has used.
 *
 * Only RocketRide's cloud has this, from 1.3 on; other servers refuse with the
 * code `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a user; `__none__` stands for usage without a user.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getUsageByUser(
  session: Session,
  orgId: string,
  options: CallOptions = {},
): Promise<readonly CreditUsage[]> {
  checkCallOptions(options, "getUsageByUser(session, orgId, { timeout })");
  const body = await billingCall(session, "usage_by_user", orgId, {}, options);
  return readList<CreditUsage>(body, "usage", "usage", "id");
}

/**
 * Return what each team of an organization has used.
 *
 * Only RocketRide's cloud has this, from 1.3 on; other servers refuse with the
 * code `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a team; `__none__` is what is no team's.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getUsageByTeam(
  session: Session,
  orgId: string,
  options: CallOptions = {},
): Promise<readonly CreditUsage[]> {
  checkCallOptions(options, "getUsageByTeam(session, orgId, { timeout })");
  const body = await billingCall(session, "usage_by_team", orgId, {}, options);
  return readList<CreditUsage>(body, "usage", "usage", "id");
}
