"""How customers are called: one name and mailbox each, half of the names spelled otherwise in HubSpot."""

_NOBODY = "Counter sales"


def name(customer: str) -> str:
    """The name of a customer in QuickBooks; of sales that name none, one for all."""
    return f"Customer {customer} Ltd" if customer else _NOBODY


def spelled(customer: str) -> str:
    """The name of a customer in HubSpot: of every second one with other case, spaces or legal suffix."""
    match int(customer) % 6:
        case 1:
            return name(customer).upper()
        case 3:
            return f"Customer  {customer}   Ltd"
        case 5:
            return f"Customer {customer} Limited"
        case _:
            return name(customer)


def mailbox(customer: str) -> str:
    """The e-mail address of a customer on both sides."""
    return f"buyer.{customer}@retail.example"
