"""Lower, diff, plan, judge, execute: the heart. Everything but `execute` is pure."""
