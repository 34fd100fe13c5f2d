package io.fdflux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.BrokenPoller.Fault;
import io.fdflux.BrokenPoller.Provider;
import org.junit.jupiter.api.Test;

class ScriptedKernelIsNotTestedTest {

    @Test
    void kernelGivenByHandIsTakenAsItIs() {
        try (FdLoops loops = FdLoops.builder()
                .threads(1)
                .kernel(new Provider("scripted", 1, Fault.NO_EVENT), DescriptorCalls.posix())
                .build()) {
            assertThat(loops.pollerName()).isEqualTo("scripted");
        }
    }
}
