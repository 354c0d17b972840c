#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs Python unittest files and prints TAP, so that each case counts in the build's test log.

usage: unittest_tap.py FILE_test.py...
"""
import importlib.util
import os
import sys
import unittest

sys.dont_write_bytecode = True


class TapResult(unittest.TestResult):
    def line(self, test, ok, note=""):
        print(f"{'ok' if ok else 'not ok'} {self.testsRun} - {test.id()}{note}", flush=True)

    def trouble(self, test, error):
        for text in self._exc_info_to_string(error, test).splitlines():
            print(f"# {text}")

    def addSuccess(self, test):
        self.line(test, True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(test, True, f" # SKIP {reason}")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.trouble(test, error)
        self.line(test, False)

    def addError(self, test, error):
        super().addError(test, error)
        self.trouble(test, error)
        self.line(test, False)

    def addSubTest(self, test, subtest, error):
        if error:
            super().addSubTest(test, subtest, error)
            self.trouble(subtest, error)
            self.line(test, False)


def main(paths):
    suite = unittest.TestSuite()
    for path in paths:
        name = os.path.splitext(os.path.basename(path))[0]
        sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    print(f"1..{suite.countTestCases()}")
    result = TapResult()
    suite.run(result)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
