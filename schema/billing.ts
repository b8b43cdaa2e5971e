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
  /** What to call each resource. */
  readonly creditLabels?: Readonly<Record<string, string>> | null;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/** A price that an app can be had for. */
export interface StripePlan {
  /** The price at the payment service. */
  readonly priceId: string;
  /** How often it is charged. */
  readonly interval?: "month" | "year" | (string & Record<never, never>);
  /** What it costs each time, in cents. */
  readonly unitAmount?: number;
  /** What the plan is called. */
  readonly nickname?: string;
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
  /** What the payment service's form is opened with. */
  readonly clientSecret: string;
  /** The subscription that comes into being. */
  readonly subscriptionId: string;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}
