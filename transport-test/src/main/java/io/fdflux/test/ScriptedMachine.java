package io.fdflux.test;

import io.fdflux.test.ScriptedKernel.Script;
import io.fdflux.test.ScriptedKernel.Style;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** The state that the loop and the test share, guarded by its monitor. */
final class ScriptedMachine {
    final Style style;
    final Problems problems = new Problems();
    final ScriptedTrace trace = new ScriptedTrace();
    final ScriptedSources sources = new ScriptedSources(this);
    final ScriptedPoller poller = new ScriptedPoller(this);
    ScriptedTime time;
    ScriptedProcesses processes;
    /** Whether the loop's wait has missed a change so far. */
    boolean changed;

    private final Map<Integer, ScriptedDescriptor> byNumber = new TreeMap<>();

    ScriptedMachine(Style style) {
        this.style = style;
        // Replaced by a kernel, which can settle and open descriptors.
        time = new ScriptedTime(this, () -> {});
        processes = new ScriptedProcesses(this, script -> {
            throw new IllegalStateException("no kernel, no pipes");
        });
    }

    ScriptedDescriptor open(int number) {
        ScriptedDescriptor descriptor = byNumber.get(number);
        return descriptor != null && descriptor.open ? descriptor : null;
    }

    /** Opens a descriptor under a free number, or replaces a closed one. */
    ScriptedDescriptor add(int number, Script script) {
        DescriptorScript steps = new DescriptorScript();
        script.write(steps);
        ScriptedDescriptor descriptor = new ScriptedDescriptor(number, steps, style, problems, trace);
        byNumber.put(number, descriptor);
        return descriptor;
    }

    Collection<ScriptedDescriptor> descriptors() {
        return byNumber.values();
    }
}
