/** Addresses, and the small texts around an order that shops need to reach a customer. */
import { z } from 'zod';
import { TEXT, TEXT_EXPECTED, text } from '../text.ts';
import { COUNTRY_EXPECTED, isCountry } from '../country.ts';

const COUNTRY = /^[A-Z]{2}$/;

const members = {
  name: text(200),
  company: text(200).optional(),
  line1: text(200),
  line2: text(200).optional(),
  line3: text(200).optional(),
  city: text(100),
  region: text(100).optional(),
  postal_code: text(20).optional(),
  phone: text(40).optional(),
};

/** An address of an event. In the first release the country was any two letters. */
export const recordedAddress = z.strictObject({ ...members, country: z.string().regex(COUNTRY) });

/** An address of a request. */
export const address = z.strictObject({
  ...members,
  country: z.string().refine(isCountry, COUNTRY_EXPECTED),
});

/** A merge patch of an address. */
export const addressPatch = address.partial().extend({
  company: members.company.nullable(),
  line2: members.line2.nullable(),
  line3: members.line3.nullable(),
  region: members.region.nullable(),
  postal_code: members.postal_code.nullable(),
  phone: members.phone.nullable(),
});

export type Address = z.output<typeof recordedAddress>;

/**
 * A billing address: any part of an address. Digital goods and card checks often have a country and
 * a postal code only.
 */
export const billingAddress = address
  .partial()
  .refine((parts) => Object.values(parts).some((part) => part !== undefined), 'must not be empty');

/** A merge patch of a billing address. */
export const billingAddressPatch = addressPatch.extend({
  name: members.name.nullable().optional(),
  line1: members.line1.nullable().optional(),
  city: members.city.nullable().optional(),
  country: address.shape.country.nullable().optional(),
});

export type BillingAddress = z.output<typeof billingAddress>;

/** Names of metadata entries. */
export const METADATA_NAME = /^[A-Za-z0-9_.-]{1,40}$/;

export const metadataName = z
  .string()
  .regex(METADATA_NAME, 'must be 1 to 40 ASCII letters, digits, dots, hyphens or underscores');
export const metadataValue = z.string().max(500).regex(TEXT, TEXT_EXPECTED);

/** Entries of metadata, at most `entriesMax`. */
export const metadataOf = (entriesMax: number) =>
  z
    .record(metadataName, metadataValue)
    .refine(
      (entries) => Object.keys(entries).length <= entriesMax,
      `must have at most ${entriesMax} entries`,
    );
