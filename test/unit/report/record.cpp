// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/record.hpp"

#include "verdict/judge.hpp"
#include "verdict/observations.hpp"

#include <csignal>

namespace bootproof {

using namespace std::string_literals;

SampleRun::SampleRun(const Observation& seen)
    : StoredRun(sample_descriptor(), seen, judge(sample_descriptor(), seen)) {
    record.phases = boot_phases(observation);
    record.accelerator = "tcg";
    record.firmware = "linux-noinitrd";
    record.image_digest = "0f3c";
    record.journal = "test/journal/TEST-01-BASIC.journal";
    record.console = "test/console/TEST-01-BASIC.log";
    record.rerun_command = "meson test -C build -i TEST-01-BASIC";
    record.journal_command = "journalctl --file test/journal/TEST-01-BASIC.journal";
    record.platform = "debian-13-x86-64";
}

void SampleRuns::add(const std::string& test, const Observation& seen) {
    runs_.push_back(std::make_unique<SampleRun>(seen));
    runs_.back()->descriptor.name = test;
}

std::vector<CollectedRun> SampleRuns::collect() const {
    std::vector<CollectedRun> runs;
    for (const auto& run : runs_) {
        const auto& journal = run->observation.journal;
        runs.push_back(
            {.name = run->descriptor.name,
             .record = run->record,
             .excerpt = journal ? journal->unit_tail : std::vector<JournalLine>()});
    }
    return runs;
}

std::string sample_png() {
    return "\211\120\116\107\015\012\032\012\000\000\000\015\111\110\104\122\000\000\000\001"
           "\000\000\000\001\010\006\000\000\000\037\025\304\211\000\000\000\015\111\104\101"
           "\124\170\332\143\144\370\317\120\017\000\003\206\001\200\132\064\175\153\000\000"
           "\000\000\111\105\116\104\256\102\140\202"s;
}

Observation hostile_run() {
    // Every control character, sequences for the terminal, bytes that are not UTF-8, and the syntax
    // of XML.
    auto bad =
        "]]></failure><testcase/>&#0;&amp;\"'<!--\x1b[31m\x1b]0;title\x07\xff\xfe\xc0\x80\xed\xa0\x80"s
        + "\xef\xbf\xbe\xef\xbf\xbf\xc2\x9b\xe2\x80\xae\xf0\x9f\x98\x80";
    for (char c = 0; c < ' '; ++c)
        bad += c;
    auto run = run_with_status("1");
    run.messages.front().fields["STATUS"] = bad;
    run.console_tail = bad + bad + "[[ATTACHMENT|/etc/passwd]]\n";
    run.machine_errors = bad;
    run.journal->unit_tail = {{.identifier = bad, .message = bad}};
    run.journal->subtests = {
        {.name = bad, .result = SubtestResult::fail},
        {.name = bad + bad, .result = SubtestResult::unfinished}};
    run.journal->coredumps = {{.executable = bad, .signal = SIGSEGV, .unit = bad}};
    return run;
}

} // namespace bootproof
