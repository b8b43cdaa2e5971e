/** An amount of each resource, by its name. */
export type Credits = Readonly<Record<string, number>>;

/** What an organization pays for an app. */
export interface BillingDetail {
  /** The app. */
  readonly appId: string;
  /** The subscription at the payment service. */
  readonly stripeSubscriptionId?: string;
  /** The price at the payment service. */
  readonly stripePriceId?: string;
  /** How the subscription is. */
  readonly status?:
    | "active"
    | "trialing"
    | "past_due"
    | "canceled"
    | (string & Record<never, never>);
  /** What the plan is called. */
  readonly planNickname?: string | null;
  /** What it costs each time, in cents. */
  readonly unitAmount?: number | null;
  /** How often it is charged. */
  readonly billingInterval?: string | null;
  /** Since when what was paid counts. */
  readonly currentPeriodStart?: string | null;
  /** Until when what was paid counts. */
  readonly currentPeriodEnd?: string | null;
  /** Whether it ends then. */
  readonly cancelAtPeriodEnd?: boolean;
  /** The credits that come with it. */
  readonly credits?: {
    /** Once. */
    readonly initial?: Credits;
    /** Each time. */
    readonly recurring?: Credits;
  } | null;
  /** The app's name; from 1.3 on. */
  readonly appName?: string | null;
  /** What to call each resource; from 1.3 on. */
  readonly labels?: Readonly<Record<string, string>> | null;
  /** What to call each resource; up to 1.2. */
  readonly creditLabels?: Readonly<Record<string, string>> | null;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A price that an app can be had for. */
export interface StripePlan {
  /** The price at the payment service, from 1.3 on. */
  readonly stripePriceId?: string;
  /** The price at the payment service, up to 1.2. */
  readonly priceId?: string;
  /** The price's id, from 1.3 on. */
  readonly id?: string;
  /** The app, from 1.3 on. */
  readonly appId?: string;
  /** What it costs each time, in hundredths of the currency; from 1.3 on. */
  readonly amountCents?: number;
  /** The currency's code. */
  readonly currency?: string;
  /** Whether it can be chosen. */
  readonly isActive?: boolean;
  /** How often it is charged. */
  readonly interval?:
    | "month"
    | "year"
    | "one_time"
    | (string & Record<never, never>);
  /** What it costs each time, in cents; up to 1.2. */
  readonly unitAmount?: number;
  /** What the plan is called. */
  readonly nickname?: string;
  /** What else the payment service has about it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** When it was made. */
  readonly createdAt?: string | number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What an organization has left to spend. */
export interface CreditBalance {
  /** What is left. */
  readonly balances: Credits;
  /** What was ever bought. */
  readonly lifetimePurchased?: Credits;
  /** What was ever used. */
  readonly lifetimeConsumed?: Credits;
  /** What to call each resource. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** Credits that can be bought. */
export interface CreditPack {
  /** The pack's id. */
  readonly packId: string;
  /** Its price at the payment service. */
  readonly priceId?: string;
  /** What it costs, in cents. */
  readonly usdCents?: number;
  /** How many credits are in it. */
  readonly credits?: number;
  /** What it is called. */
  readonly nickname?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A payment that was begun; the payment service's own form ends it. */
export interface CheckoutSession {
  /**
   * What the payment service's form is opened with; `null` where there is
   * nothing to pay now.
   */
  readonly clientSecret: string | null;
  /** The subscription that comes into being. */
  readonly subscriptionId: string;
  /** How the subscription is. */
  readonly status?: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What a code is worth. */
export interface PromoCode {
  /** Whether it counts. */
  readonly valid: boolean;
  /** Why not. */
  readonly reason?: string;
  /** The code. */
  readonly code?: string;
  /** What it is, in words. */
  readonly description?: string;
  /** What it takes off, in percent. */
  readonly percentOff?: number;
  /** What it takes off, in hundredths of the currency. */
  readonly amountOffCents?: number;
  /** The currency's code. */
  readonly currency?: string;
  /** For how long it counts. */
  readonly duration?: string;
  /** For how many months. */
  readonly durationInMonths?: number;
  /** The credits that it gives. */
  readonly creditsGranted?: Credits | number | null;
  /** The price before, in hundredths of the currency. */
  readonly amountCents?: number;
  /** The price with it, in hundredths of the currency. */
  readonly discountedAmountCents?: number;
  /** The code's id at the payment service. */
  readonly promotionCodeId?: string;
  /** The app that it is for. */
  readonly appId?: string | null;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What came of a code. */
export interface RedeemedCode {
  /** Whether it was taken. */
  readonly redeemed: boolean;
  /** What it gave. */
  readonly mode?:
    | "subscribed"
    | "credits_only"
    | (string & Record<never, never>);
  /** The app that it subscribed to. */
  readonly appId?: string | null;
  /** How the subscription is. */
  readonly status?: string;
  /** The credits that it gave. */
  readonly credits?: Credits;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A subscription that was moved to another price. */
export interface UpgradedSubscription {
  /** The subscription at the payment service. */
  readonly subscriptionId: string;
  /** How it is. */
  readonly status?: string;
  /** The price that it has now. */
  readonly newPriceId?: string;
  /** What the plan is called. */
  readonly planNickname?: string | null;
  /** What it costs each time, in cents. */
  readonly unitAmount?: number | null;
  /** How often it is charged. */
  readonly billingInterval?: string | null;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** Credits that were bought with the payment method that is on file. */
export interface Topup {
  /** How the payment is. */
  readonly status:
    | "succeeded"
    | "requires_action"
    | (string & Record<never, never>);
  /** What the payment service's form is opened with, where it must be. */
  readonly clientSecret?: string | null;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A movement of credits. */
export interface CreditTransaction {
  /** Its id. */
  readonly id?: string | number;
  /** What kind of movement. */
  readonly type?: string;
  /** What of. */
  readonly resource?: string;
  /** How much; negative for what was used. */
  readonly amount?: number;
  /** Who moved it. */
  readonly userId?: string | null;
  /** The name of the user. */
  readonly userName?: string | null;
  /** For which team. */
  readonly teamId?: string | null;
  /** The name of the team. */
  readonly teamName?: string | null;
  /** What it was for. */
  readonly context?: unknown;
  /** When. */
  readonly createdAt?: string | number;
  /** Equal for repeated attempts of one request. */
  readonly idempotencyKey?: string | null;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** What a user or a team has used. */
export interface CreditUsage {
  /** The user or the team; `__none__` for usage without one. */
  readonly id: string;
  /** The name. */
  readonly name?: string | null;
  /** How much of each resource. */
  readonly credits: Credits;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}
