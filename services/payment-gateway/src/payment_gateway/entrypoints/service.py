"""The service: its table of contents."""

from chassis.runtime import Service
from payment_gateway.entrypoints.consumers import CONSUMERS
from payment_gateway.entrypoints.http import (
    bank,
    bank_days,
    bank_files,
    confirmations,
    contracts,
    payments,
    receipts,
    refunds,
    statements,
    unplaced,
)
from payment_gateway.entrypoints.jobs import JOBS
from payment_gateway.entrypoints.settings import PaymentGatewaySettings
from payment_gateway.entrypoints.statements import STATEMENT_JOB
from payment_gateway.entrypoints.wiring import reseal_contracts

SERVICE = Service(
    name="payment-gateway",
    title="Payment gateway: money moving",
    settings=PaymentGatewaySettings,
    routers=[
        bank.router,
        payments.router,
        payments.starting,
        refunds.router,
        confirmations.router,
        unplaced.router,
        receipts.router,
        contracts.router,
        contracts.checking,
        bank_days.router,
        bank_days.exporting,
        bank_files.router,
        statements.router,
    ],
    problems={
        "payment-already-paid": 409,
        "payment-closed": 409,
        "attempt-in-progress": 409,
        "no-merchant-contract": 409,
        "payment-misconfigured": 409,
        "nothing-taken": 409,
        "refund-too-large": 409,
        "refund-open": 409,
        "refund-over": 409,
        "review-over": 409,
        "surplus-undecided": 409,
        "surplus-decided": 409,
        "foreign-money": 409,
        "money-in-doubt": 409,
        "arrival-known": 409,
        "already-dealt-with": 409,
        "consequence-missing": 422,
        "contract-secret-missing": 422,
        "bank-unavailable": 409,
        "export-too-long": 422,
        "no-bank-file": 409,
        "bank-file-too-large": 413,
        "bank-file-unreadable": 422,
    },
    consumers=CONSUMERS,
    jobs=[*JOBS, STATEMENT_JOB],
    reseal=reseal_contracts,
)
