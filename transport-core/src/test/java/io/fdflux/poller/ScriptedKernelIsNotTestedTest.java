package io.fdflux.poller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdLoops;
import io.fdflux.descriptor.DescriptorCalls;
import io.fdflux.descriptor.Kernel;
import io.fdflux.poller.BrokenPoller.Fault;
import io.fdflux.poller.BrokenPoller.Provider;
import org.junit.jupiter.api.Test;

class ScriptedKernelIsNotTestedTest {

    @Test
    void kernelGivenByHandIsTakenAsItIs() {
        Kernel kernel = new Kernel(new Provider("scripted", 1, Fault.NO_EVENT), DescriptorCalls.posix());
        try (FdLoops loops = kernel.under(FdLoops.builder().loops(1)::build)) {
            assertThat(loops.pollerName()).isEqualTo("scripted");
        }
    }
}
