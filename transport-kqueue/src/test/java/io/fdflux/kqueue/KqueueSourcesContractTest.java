package io.fdflux.kqueue;

import io.fdflux.posix.platform.Platform;
import io.fdflux.spi.Poller;
import io.fdflux.test.EventSourcesContract;
import java.io.IOException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;

/** Tests the contract of kernel sources with kqueue's filters, with EV_DISPATCH and without. */
class KqueueSourcesContractTest {

    @Nested
    @NeedsKqueue
    class WithDispatch extends EventSourcesContract {

        @Override
        protected Poller openPoller() throws IOException {
            return new KqueuePoller(WakerChoice.AUTO);
        }

        @Override
        protected boolean reportsNames() {
            return Platform.current().os() != Platform.Os.LINUX;
        }
    }

    @Nested
    @NeedsKqueue
    class WithoutDispatch extends EventSourcesContract {

        @Override
        protected Poller openPoller() throws IOException {
            try (OlderKernel older = OlderKernel.that("refuse_dispatch").orElse(null)) {
                Assumptions.assumeTrue(older != null, "a real kernel cannot be changed");
                return new KqueuePoller(WakerChoice.AUTO);
            }
        }

        @Override
        protected boolean reportsNames() {
            return Platform.current().os() != Platform.Os.LINUX;
        }
    }
}
