"""Runs modules of Numba's own tests and writes how each test ended.

    numba_tests.py FILE MODULE...

FILE gets a line for each test. The exit status is that of the tests.
"""
import sys
import unittest


class Recorder(unittest.TextTestResult):
    outcomes = []

    def stopTest(self, test):
        super().stopTest(test)
        ended = "ok"
        for name, tests in (
            ("failure", self.failures),
            ("error", self.errors),
            ("expected failure", self.expectedFailures),
            ("skipped", self.skipped),
        ):
            if any(test is listed for listed, _ in tests):
                ended = name
        if test in self.unexpectedSuccesses:
            ended = "unexpected success"
        self.outcomes.append(f"{test.id()}: {ended}\n")


def main():
    path, *modules = sys.argv[1:]
    suite = unittest.TestSuite()
    for module in modules:
        suite.addTests(unittest.defaultTestLoader.loadTestsFromName(module))
    runner = unittest.TextTestRunner(resultclass=Recorder, buffer=True)
    result = runner.run(suite)
    with open(path, "w") as file:
        file.writelines(sorted(Recorder.outcomes))
    sys.exit(not result.wasSuccessful())


main()
