"""The rule, one sentence a test."""

import unittest

import rule


class Rule(unittest.TestCase):
    def test_an_open_more_than_two_percent_down_is_told_with_its_reason(self):
        judged = rule.judge(9_799, 10_000)
        self.assertEqual(judged.reason, "opened_below")
        self.assertEqual([value for _, value in judged.evidence], ["100.00", "97.99", "2.01"])

    def test_exactly_two_percent_is_not_more_than_two_percent(self):
        self.assertIsNone(rule.judge(9_800, 10_000))

    def test_before_the_first_trade_nothing_is_said_of_the_open(self):
        self.assertEqual(rule.judge(None, 10_000).reason, "not_open_yet")


if __name__ == "__main__":
    unittest.main()
