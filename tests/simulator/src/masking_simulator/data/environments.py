# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A few environments of three applications, with every kind of connector, ruleset and job in them.

They hold what is hard to keep apart: jobs of one name in two environments, on-the-fly jobs that
read in another environment, in two different ones, in their own, and from a connector that is
named like the one they write to; names with blanks and of other alphabets.
"""

from __future__ import annotations

from masking_simulator.data.demo import fill_globals
from masking_simulator.data.filler import Filler
from masking_simulator.data.places import Place
from masking_simulator.engine import Engine

SHOP, PAYROLL, SERVICE = "Shop", "Payroll", "Kundenservice Köln"
SHOP_DEV, SHOP_TEST, SHOP_COPY = "Shop Dev", "Shop Test", "Shop Prod Copy"
PAYROLL_TEST, PAYROLL_COPY = "Payroll Test", "Payroll Prod Copy"
COLOGNE = "Kundendaten Köln"
OPERATOR = ("operator", "Operator-12")
DEVELOPER = ("jörg", "Entwickler-12")

_CUSTOMERS = {
    "CUSTOMERS": {
        "ID": None,
        "FIRST_NAME": "CUSTOMER_FIRST_NAME",
        "LAST_NAME": "CUSTOMER_LAST_NAME",
        "E_MAIL": "CUSTOMER_EMAIL",
        "BORN": "CUSTOMER_BIRTH_DATE",
        "CARD": "CUSTOMER_CARD",
        "NOTE": None,
    },
    "CONTACTS": {"ID": None, "PHONE": "CUSTOMER_PHONE", "CITY": "CUSTOMER_CITY_NAME"},
}
_ORDERS = {
    "ORDERS": {"ID": None, "BUYER": "CUSTOMER_FULL_NAME", "AMOUNT": None, "CARD": "CUSTOMER_CARD"},
    "RETURNS": {"ID": None, "REASON": None, "SENDER": "CUSTOMER_FULL_NAME"},
    "INVOICES": {"ID": None, "NUMBER": "INVOICE_NO", "BUYER": "CUSTOMER_FULL_NAME"},
}
_STAFF = {"STAFF": {"ID": None, "NAME": "EMPLOYEE_FULL_NAME", "BORN": "EMPLOYEE_BIRTH_DATE"}}


def fill_environments(filler: Filler) -> None:
    """Add the demo's engine-wide objects and the environments."""
    fill_globals(filler)
    for application in (SHOP, PAYROLL, SERVICE):
        filler.add("application", application, {})
    payroll_copy = _payroll_copy(filler)
    shop_copy = _shop_copy(filler)
    _shop_dev(filler, shop_copy, payroll_copy)
    _shop_test(filler)
    _payroll_test(filler, payroll_copy)
    _cologne(filler)


def add_people(engine: Engine) -> None:
    """Add two roles and two users who have them; the environments must have their numbers."""
    numbers = {obj.name: obj.id for obj in engine.model.objects.of_kind("environment")}
    run = {"run": True, "view": True}
    change = {"create": True, "update": True, "delete": True, "view": True}
    operators = {"maskingJob": run, "profileJob": run, "environment": {"view": True}}
    developers = {"ruleset": change, "inventory": change, "connector": {"view": True}, "maskingJob": change}
    for (user, password), first, last, role, privileges, places in (
        (OPERATOR, "Olga", "Night", "Night Operator", operators, (SHOP_DEV, SHOP_TEST)),
        (DEVELOPER, "Jörg", "Müller", "Entwickler Köln", developers, (COLOGNE,)),
    ):
        number = engine.roles.add(role, privileges)["roleId"]
        fields = {
            "userName": user,
            "firstName": first,
            "lastName": last,
            "email": f"{first.lower()}.{last.lower()}@example.com",
            "isAdmin": False,
            "showWelcome": False,
            "status": "ACTIVE",
            "roleId": number,
            "environmentIds": [numbers[place] for place in places],
        }
        engine.users.save(fields, password)


def _shop_dev(filler: Filler, shop_copy: Place, payroll_copy: Place) -> None:
    place = Place(filler, SHOP_DEV, SHOP)
    place.database("orders db", "orders.dev.example.com", sid="ORD", port=1521)
    place.database("crm db", "crm.dev.example.com", databaseType="POSTGRES", databaseName="crm", port=5432)
    place.files("shop exports", "sftp.dev.example.com")
    place.tables("customers", "crm db", _CUSTOMERS)
    place.tables("orders", "orders db", _ORDERS)
    place.file_rules("order files", "shop exports", {"orders.csv": "orders.csv", "returns.csv": "plain.csv"})
    place.job("mask customers", "customers", email="dba@example.com")
    place.job("mask orders", "orders", maxMemory=2048, jobDescription="Every night")
    place.job("mask order files", "order files")
    place.job("find customers", "customers", "profile_job", profileSetId="Customer data")
    # the connector it reads from is named like the one it writes to
    place.job("copy orders", "orders", source=(shop_copy, "orders db"))
    place.job("copy customers", "customers", source=(shop_copy, "crm production"))
    # another environment than that of the jobs before
    place.job("load staff", "customers", source=(payroll_copy, "staff db"))
    # the same environment
    place.job("refresh orders", "orders", source=(place, "crm db"))


def _shop_test(filler: Filler) -> None:
    place = Place(filler, SHOP_TEST, SHOP)
    place.database("crm db", "crm.test.example.com", databaseType="POSTGRES", databaseName="crm", port=5432)
    place.database("warehouse", "dwh.test.example.com", databaseType="MSSQL", databaseName="dwh", vault="warehouse")
    place.tables("customers", "crm db", _CUSTOMERS)
    place.tables("warehouse orders", "warehouse", _ORDERS)
    place.job("mask customers", "customers")
    place.job("mask any customers", "customers", multiTenant=True)
    place.job("mask warehouse", "warehouse orders")


def _shop_copy(filler: Filler) -> Place:
    place = Place(filler, SHOP_COPY, SHOP)
    place.database("orders db", "orders.prod.example.com", sid="ORD", port=1521)
    place.database("crm production", "crm.prod.example.com", databaseType="POSTGRES", databaseName="crm", port=5432)
    place.tables("production orders", "orders db", _ORDERS)
    place.job("find orders", "production orders", "profile_job", profileSetId="Financial")
    return place


def _payroll_test(filler: Filler, copy: Place) -> None:
    place = Place(filler, PAYROLL_TEST, PAYROLL)
    place.database("staff test db", "staff.test.example.com", sid="STAFF", port=1521)
    place.files("staff files", mount="landing", file_type="FIXED_WIDTH")
    place.mainframe("payroll host", "zos.test.example.com")
    place.tables("staff", "staff test db", _STAFF)
    place.file_rules("staff lists", "staff files", {"staff.txt": "staff.txt"})
    place.dataset_rules("payroll data sets", "payroll host", {"PAYROLL.MONTH": "PAYROLL.CPY", "PAYROLL.YEAR": None})
    place.job("mask staff", "staff")
    place.job("mask staff lists", "staff lists")
    place.job("mask payroll", "payroll data sets")
    place.job("copy staff", "staff", source=(copy, "staff production"))
    place.job("copy staff lists", "staff lists", source=(copy, "staff archive"))
    place.job("copy payroll", "payroll data sets", source=(copy, "payroll production host"))


def _payroll_copy(filler: Filler) -> Place:
    place = Place(filler, PAYROLL_COPY, PAYROLL)
    place.database("staff db", "staff.prod.example.com", sid="STAFF", port=1521)
    place.database("staff production", "staff2.prod.example.com", sid="STAFF", port=1521)
    place.files("staff archive", mount="archive", file_type="FIXED_WIDTH")
    place.mainframe("payroll production host", "zos.prod.example.com")
    return place


def _cologne(filler: Filler) -> None:
    place = Place(filler, COLOGNE, SERVICE, purpose="TOKENIZE")
    place.database("Kundendatenbank", "snow.example.com", driver="Snowflake")
    place.database("顧客", "kokyaku.example.com", databaseType="POSTGRES", databaseName="kokyaku", port=5432)
    place.tables("Kunden & Verträge", "Kundendatenbank", {"RECHNUNGEN": {"ID": None, "NUMMER": "INVOICE_NO"}})
    place.tables("顧客", "顧客", {"顧客": {"番号": "INVOICE_NO", "氏名": "CUSTOMER_FULL_NAME"}})
    place.job("Rechnungen tokenisieren", "Kunden & Verträge", "tokenization_job")
    place.job("Rechnungen zurückführen", "Kunden & Verträge", "reidentification_job")
    place.job("顧客", "顧客", "tokenization_job")
    place.job("Felder suchen", "顧客", "profile_job", profileSetId="Customer data")
