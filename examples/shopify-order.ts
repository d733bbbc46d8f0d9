/** The members of Shopify's order documents that the converter reads. */

export type Text = string | null | undefined;

export interface Tax {
  title: string;
  rate?: number | null;
  price: string;
}

export interface Item {
  id: number;
  title: string;
  name?: Text;
  sku?: Text;
  quantity: number;
  price: string;
  total_discount?: Text;
  discount_allocations?: { amount: string }[];
  tax_lines?: Tax[];
  requires_shipping?: boolean;
  properties?: { name: string; value: unknown }[];
}

export interface ShippingLine {
  title: string;
  price: string;
  discounted_price?: Text;
  discount_allocations?: { amount: string }[];
  tax_lines?: Tax[];
}

export interface Transaction {
  id: number;
  parent_id?: number | null;
  kind: string;
  status: string;
  amount: string;
  gateway?: Text;
  created_at?: Text;
  processed_at?: Text;
}

export interface Refund {
  created_at: string;
  note?: Text;
  refund_line_items?: { line_item_id: number; quantity: number; restock_type?: Text }[];
  order_adjustments?: { kind: string; amount: string; tax_amount?: Text }[];
  transactions?: Transaction[];
}

export interface Address {
  name?: Text;
  company?: Text;
  address1?: Text;
  address2?: Text;
  city?: Text;
  province_code?: Text;
  province?: Text;
  zip?: Text;
  phone?: Text;
  country_code?: Text;
}

export interface ShopifyOrder {
  id: number;
  name: string;
  currency: string;
  created_at: string;
  processed_at?: Text;
  closed_at?: Text;
  cancelled_at?: Text;
  cancel_reason?: Text;
  email?: Text;
  phone?: Text;
  note?: Text;
  tags?: Text;
  taxes_included?: boolean;
  total_price: string;
  total_discounts?: Text;
  total_outstanding?: Text;
  total_tip_received?: Text;
  financial_status?: Text;
  gateway?: Text;
  payment_gateway_names?: string[];
  customer?: { id: number } | null;
  billing_address?: Address | null;
  shipping_address?: Address | null;
  discount_codes?: { code: string; amount: string }[];
  note_attributes?: { name: string; value: unknown }[];
  tax_lines?: Tax[];
  line_items: Item[];
  shipping_lines?: ShippingLine[];
  fulfillments?: {
    status?: Text;
    created_at?: Text;
    tracking_company?: Text;
    tracking_number?: Text;
    line_items: { id: number; quantity: number }[];
  }[];
  refunds?: Refund[];
  transactions?: Transaction[];
}
