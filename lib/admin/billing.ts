import { checkOptions } from "../check.ts";
import { checkCallOptions } from "../session/call.ts";
import type {
  BillingDetail,
  CheckoutSession,
  CreditBalance,
  CreditPack,
  StripePlan,
} from "../../schema/billing.ts";
import { isRecord } from "../../schema/json.ts";
import {
  cloudCall,
  readList,
  readRecord,
  readText,
  requireText,
  unreadable,
} from "./answers.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * List what an organization pays for. Official clients call it `getDetails`.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a subscription.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getBillingDetails(
  session: Session,
  orgId: string,
  options: CallOptions = {},
): Promise<readonly BillingDetail[]> {
  checkCallOptions(options, "getBillingDetails(session, orgId, { timeout })");
  const args = { orgId: requireText("orgId", orgId) };
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "list", args, options);
  return readList<BillingDetail>(
    body,
    "subscriptions",
    "subscriptions",
    "appId",
  );
}

/**
 * List what an app can be had for.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param appId The app's id.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a price.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getProductPrices(
  session: Session,
  appId: string,
  options: CallOptions = {},
): Promise<readonly StripePlan[]> {
  checkCallOptions(options, "getProductPrices(session, appId, { timeout })");
  const args = { appId: requireText("appId", appId) };
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "prices", args, options);
  const { plans } = body;
  const isPlan = (it: unknown): boolean =>
    isRecord(it) && [it.stripePriceId, it.priceId, it.id]
      .some((id) => typeof id === "string");
  if (Array.isArray(plans) && plans.every(isPlan)) return plans;
  throw unreadable("a list of plans");
}

/**
 * List the credits that can be bought.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a pack.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listCreditPacks(
  session: Session,
  options: CallOptions = {},
): Promise<readonly CreditPack[]> {
  checkCallOptions(options, "listCreditPacks(session, { timeout })");
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "credits_packs", {}, options);
  return readList<CreditPack>(body, "packs", "packs", "packId");
}

/**
 * Return what an organization has left to spend.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param options See {@linkcode CallOptions}.
 * @returns Amounts by resource.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getCreditBalance(
  session: Session,
  orgId: string,
  options: CallOptions = {},
): Promise<CreditBalance> {
  checkCallOptions(options, "getCreditBalance(session, orgId, { timeout })");
  const args = { orgId: requireText("orgId", orgId) };
  const command = "rrext_account_billing";
  const body = await cloudCall(
    session,
    command,
    "credits_balance",
    args,
    options,
  );
  if (isRecord(body.balances)) return body as CreditBalance;
  throw unreadable("a balance");
}

/** What is subscribed to; see {@linkcode createCheckoutSession}. */
export interface CheckoutParams {
  /** The app's id. */
  readonly appId: string;
  /** The price, from {@linkcode getProductPrices}. */
  readonly priceId: string;
  /** A code that makes it cheaper; from 1.3 on. @default {none} */
  readonly promotionCode?: string | undefined;
}

/**
 * Begin to subscribe to an app.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param params Which app, at which price.
 * @param options See {@linkcode CallOptions}.
 * @returns What the payment service's form is opened with.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function createCheckoutSession(
  session: Session,
  orgId: string,
  params: CheckoutParams,
  options: CallOptions = {},
): Promise<CheckoutSession> {
  checkCallOptions(
    options,
    "createCheckoutSession(session, orgId, params, { timeout })",
  );
  checkOptions(
    params,
    "createCheckoutSession(session, orgId, { appId, priceId })",
    { appId: 1, priceId: 1, promotionCode: "string" },
  );
  const { promotionCode } = params;
  const args = {
    orgId: requireText("orgId", orgId),
    appId: requireText("appId", params.appId),
    priceId: requireText("priceId", params.priceId),
    ...(promotionCode && { promotionCode }),
  };
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "subscribe", args, options);
  // There may be nothing to pay now.
  const members = body.clientSecret === null
    ? ["subscriptionId"]
    : ["clientSecret", "subscriptionId"];
  return readRecord<CheckoutSession>(body, "a checkout", ...members);
}

/** What is bought; see {@linkcode createCreditCheckout}. */
export interface CreditCheckoutParams {
  /** The pack, from {@linkcode listCreditPacks}. */
  readonly packId: string;
  /** Where the page leads back to; an http or https address. */
  readonly returnUrl: string | URL;
}

/**
 * Begin to buy credits for an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param params Which pack, and where to go afterwards.
 * @param options See {@linkcode CallOptions}.
 * @returns The address of the payment service's page.
 * @throws {TypeError} An id is blank, or the address is none. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function createCreditCheckout(
  session: Session,
  orgId: string,
  params: CreditCheckoutParams,
  options: CallOptions = {},
): Promise<string> {
  checkCallOptions(
    options,
    "createCreditCheckout(session, orgId, params, { timeout })",
  );
  checkOptions(
    params,
    "createCreditCheckout(session, orgId, { packId, returnUrl })",
    { packId: 1, returnUrl: 1 },
  );
  const args = {
    orgId: requireText("orgId", orgId),
    packId: requireText("packId", params.packId),
    returnUrl: requireUrl("returnUrl", params.returnUrl),
  };
  const command = "rrext_account_billing";
  const body = await cloudCall(
    session,
    command,
    "credits_checkout",
    args,
    options,
  );
  return readText(body, "url", "an address");
}

/**
 * Open the payment service's own page for an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param returnUrl Where the page leads back to; an http or https address.
 * @param options See {@linkcode CallOptions}.
 * @returns The page's address.
 * @throws {TypeError} The id is blank, or the address is none. Nothing was
 * sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function createPortalSession(
  session: Session,
  orgId: string,
  returnUrl: string | URL,
  options: CallOptions = {},
): Promise<string> {
  checkCallOptions(
    options,
    "createPortalSession(session, orgId, returnUrl, { timeout })",
  );
  const args = {
    orgId: requireText("orgId", orgId),
    returnUrl: requireUrl("returnUrl", returnUrl),
  };
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "portal", args, options);
  return readText(body, "url", "an address");
}

/**
 * End the subscription of an organization to an app.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param appId The app's id.
 * @param options See {@linkcode CallOptions}.
 * @returns Whether it was.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function cancelSubscription(
  session: Session,
  orgId: string,
  appId: string,
  options: CallOptions = {},
): Promise<boolean> {
  checkCallOptions(
    options,
    "cancelSubscription(session, orgId, appId, { timeout })",
  );
  const args = {
    orgId: requireText("orgId", orgId),
    appId: requireText("appId", appId),
  };
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "cancel", args, options);
  if (typeof body.canceled === "boolean") return body.canceled;
  throw unreadable("whether the subscription was canceled");
}

/**
 * Check an address that a page is to lead back to.
 *
 * @throws {TypeError} It is no http or https address.
 */
function requireUrl(name: string, value: string | URL): string {
  const text = String(value);
  const protocol = URL.canParse(text) ? new URL(text).protocol : "";
  if (protocol === "http:" || protocol === "https:") return text;
  throw new TypeError(`Expected ${name} as an http or https address`);
}
