package io.fdflux.epoll;

import io.fdflux.spi.Poller;
import io.fdflux.test.EventSourcesContract;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Tests the contract of kernel sources with those that Linux has descriptors for. */
@EnabledOnOs(OS.LINUX)
class EpollSourcesContractTest extends EventSourcesContract {

    @Override
    protected Poller openPoller() throws IOException {
        return new EpollPollerProvider().open();
    }
}
