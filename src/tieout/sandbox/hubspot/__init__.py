"""A local HubSpot account that speaks the vendor's CRM, OAuth and settings APIs, legacy and dated paths alike.

HubSpot's documents leave some things open. There the sandbox decides as follows, by a setting of the company where
one is named:

- A billable invoice goes draft → open → paid or voided, and no other way. Opening it needs a contact and a line item
  and gives it its number (`invoice_prefix`, `next_invoice_number`). *Paid* comes from succeeded payments alone, and
  goes when they are withdrawn. Its number, amounts and payment date cannot be written (`issued_writes_refused`; off:
  such values are passed over).
- A non-billable invoice is not validated: any status, number and amount is taken as written; amounts that were not
  written are calculated, and payments count as on a billable one. Accounts differ, so: `non_billable_needs_lines`
  (no status but draft without a line item), `non_billable_steps_refused` (no status but that of its creation),
  `written_total_kept` (off: amounts written at creation are lost, those of an update stay), and
  `payments_pay_non_billable` (off: payments leave its status alone).
- Lines, discounts, fees and taxes of an open, unpaid, billable invoice can be changed while `edit_invoices` is on (by
  an app while `apps_edit_lines` is on too), and such an invoice can be deleted. Properties that an app made can always
  be written. Drafts can always be deleted, paid and voided invoices never, whether HubSpot bills them or not.
- A client whose token is named `hubspot` is HubSpot itself: its data sync, which alone writes `hs_invoice_source`, and
  the processors of payments. Read-only properties are open to it, and payments of HubSpot payments and Stripe, which
  nobody else can change or delete.
- The contact and company of an invoice can be changed until it is paid or voided. The invoice copies their values
  when the association changes, not when the contact does; a ship-to that a client wrote itself stays.
- A payment belongs to at most one invoice (to several where `payments_over_invoices` is on: it fills them in the order
  of association), in that invoice's currency. What it brings is its amount less refunds, and nothing while it is
  disputed (`disputed_payments_count`) or after it was lost. A part leaves an invoice open (`partial_payment_pays`).
- Calculated amounts stand when the write is answered, or `settling_seconds` later. Searches see what is older than
  `index_lag_seconds`. Reads by id are never stale unless a fault says so.
- Merged objects become a third one, or the primary one where `merge_keeps_primary` is on (a beta of HubSpot's). The ids
  of the merged find it for the types that `merged_ids_found` lists, in every call but a batch update.
- A contact's first company is its primary one; when that goes, the next becomes it.
- A unique value that is taken: 409 for a contact's e-mail on create, else 400 with CONFLICTING_UNIQUE_VALUE on create
  and the PropertyValueCoordinates text on update.
- An address of more than `longest_url` characters is a 414; where HubSpot draws the line is not known.
- An archived property is left out of reads and refused in writes and filters, as one that never was; made again, which
  takes the same type, it has its values back.
- Scopes (`scopes`) bind the app that signed in by OAuth; clients with a token of their own name are people in
  HubSpot's pages (source CRM_UI) and may do everything. Each client has its own burst quota (`tier`); searches share
  one.
"""
