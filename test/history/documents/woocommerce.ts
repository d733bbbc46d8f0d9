/** Orders in the shape of WooCommerce's REST documents, written for these tests. */
import type { WooCommerceOrder } from '../../../examples/woocommerce-order.ts';

const address = {
  first_name: 'Ona',
  last_name: 'Marsh',
  company: '',
  address_1: '12 Quay Street',
  address_2: '',
  city: 'Galway',
  state: '',
  postcode: 'H91',
  country: 'IE',
  phone: '+353 91 000000',
};

/** Prices with VAT, a coupon, a fee; completed, then a rope and half the shipping refunded. */
export const completed: WooCommerceOrder = {
  id: 8_101,
  number: 'K-8101',
  status: 'completed',
  currency: 'EUR',
  date_created_gmt: '2023-05-02T08:30:00',
  date_modified_gmt: '2023-06-01T08:30:00',
  date_paid_gmt: '2023-05-02T08:31:00',
  date_completed_gmt: '2023-05-04T10:00:00',
  total: '52.97',
  prices_include_tax: true,
  customer_id: 12,
  customer_note: 'Leave it at the pier.',
  billing: { ...address, email: 'ona@example.com' },
  shipping: address,
  payment_method: 'stripe',
  payment_method_title: 'Card',
  transaction_id: 'ch_8101',
  line_items: [
    {
      id: 1,
      name: 'Rope &ndash; 9&nbsp;m',
      sku: 'ROPE-9',
      quantity: 2,
      // 2 × 19.99 with tax; 10 % off.
      subtotal: '32.50',
      subtotal_tax: '7.48',
      total: '29.25',
      total_tax: '6.73',
    },
    {
      id: 2,
      name: 'Kelp',
      sku: '',
      quantity: 1,
      subtotal: '8.12',
      subtotal_tax: '1.87',
      total: '7.31',
      total_tax: '1.68',
    },
  ],
  tax_lines: [{ label: 'VAT', rate_percent: 23, tax_total: '8.60', shipping_tax_total: '1.10' }],
  shipping_lines: [{ method_title: 'Courier', total: '4.80', total_tax: '1.10' }],
  fee_lines: [{ name: 'Gift box', total: '1.91', total_tax: '0.19' }],
  coupon_lines: [{ code: 'tide10' }],
  refunds: [
    {
      id: 8_190,
      date_created_gmt: '2023-05-20T12:00:00',
      amount: '20.94',
      reason: 'frayed',
      line_items: [
        {
          quantity: -1,
          total: '-14.63',
          total_tax: '-3.36',
          meta_data: [{ key: '_refunded_item_id', value: '1' }],
        },
      ],
      shipping_lines: [{ total: '-2.40', total_tax: '-0.55' }],
    },
  ],
};

/** A guest whose payment failed. */
export const failed: WooCommerceOrder = {
  id: 8_102,
  number: 'K-8102',
  status: 'failed',
  currency: 'EUR',
  date_created_gmt: '2023-05-03T08:30:00',
  date_modified_gmt: '2023-05-03T08:40:00',
  date_paid_gmt: null,
  total: '9.99',
  prices_include_tax: false,
  customer_id: 0,
  billing: { ...address, country: '', email: '' },
  payment_method: 'stripe',
  line_items: [
    {
      id: 1,
      name: 'Kelp',
      quantity: 1,
      subtotal: '9.99',
      subtotal_tax: '0.00',
      total: '9.99',
      total_tax: '0.00',
    },
  ],
  refunds: [],
};

/** Refunded whole before it was shipped; the refund has its total only. */
export const refunded: WooCommerceOrder = {
  id: 8_103,
  number: 'K-8103',
  status: 'refunded',
  currency: 'KWD',
  date_created_gmt: '2023-05-04T08:30:00',
  date_modified_gmt: '2023-05-06T08:30:00',
  date_paid_gmt: '2023-05-04T08:31:00',
  total: '10.005',
  customer_id: 3,
  shipping: address,
  payment_method: 'bacs',
  transaction_id: '',
  // Three pieces that do not divide the amount.
  line_items: [
    {
      id: 1,
      name: 'Dates',
      quantity: 3,
      subtotal: '10.000',
      subtotal_tax: '0.005',
      total: '10.000',
      total_tax: '0.005',
    },
  ],
  shipping_lines: [{ method_title: 'Post', total: '0.000', total_tax: '0.000' }],
  refunds: [{ id: 8_191, reason: 'sold out', total: '-10.005' }],
};
