package io.fdflux.kqueue;

import io.fdflux.spi.Poller;
import io.fdflux.test.PollerContract;
import java.io.IOException;
import org.junit.jupiter.api.Nested;

/** Tests the contract of pollers with kqueue and each of its wakers. */
class KqueuePollerContractTest {

    @Nested
    @NeedsKqueue
    class WokenByUserEvent extends PollerContract {

        @Override
        protected Poller openPoller() throws IOException {
            NeedsKqueue.Condition.assume(WakerChoice.USER);
            return new KqueuePoller(WakerChoice.USER);
        }
    }

    @Nested
    @NeedsKqueue
    class WokenByPipe extends PollerContract {

        @Override
        protected Poller openPoller() throws IOException {
            return new KqueuePoller(WakerChoice.PIPE);
        }
    }
}
