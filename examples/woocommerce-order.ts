/** The members of WooCommerce's order documents that the converter reads. */

export type Text = string | null | undefined;

export interface Amounts {
  total: string;
  total_tax?: Text;
}

export interface Item extends Amounts {
  id: number;
  name: string;
  sku?: Text;
  quantity: number;
  subtotal: string;
  subtotal_tax?: Text;
}

export interface Refund {
  id: number;
  date_created_gmt?: Text;
  /** Of a whole document of a refund, negative; in an order `total`. */
  amount?: Text;
  total?: Text;
  reason?: Text;
  line_items?: (Amounts & { quantity: number; meta_data?: { key: string; value: unknown }[] })[];
  shipping_lines?: Amounts[];
  fee_lines?: Amounts[];
}

export interface Address {
  first_name?: Text;
  last_name?: Text;
  company?: Text;
  address_1?: Text;
  address_2?: Text;
  city?: Text;
  state?: Text;
  postcode?: Text;
  country?: Text;
  phone?: Text;
  email?: Text;
}

export interface WooCommerceOrder {
  id: number;
  number: string;
  status: string;
  currency: string;
  date_created_gmt: string;
  date_modified_gmt?: Text;
  date_paid_gmt?: Text;
  date_completed_gmt?: Text;
  total: string;
  prices_include_tax?: boolean;
  customer_id?: number;
  customer_note?: Text;
  billing?: Address;
  shipping?: Address;
  payment_method?: Text;
  payment_method_title?: Text;
  transaction_id?: Text;
  line_items: Item[];
  tax_lines?: { label: string; rate_percent?: number; tax_total: string; shipping_tax_total?: Text }[];
  shipping_lines?: (Amounts & { method_title: string })[];
  fee_lines?: (Amounts & { name: string })[];
  coupon_lines?: { code: string }[];
  refunds?: Refund[];
}
