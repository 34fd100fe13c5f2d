package io.fdflux.epoll;

import io.fdflux.spi.Poller;
import io.fdflux.test.PollerContract;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Tests the contract of pollers with epoll. */
@EnabledOnOs(OS.LINUX)
class EpollPollerContractTest extends PollerContract {

    @Override
    protected Poller openPoller() throws IOException {
        return new EpollPollerProvider().open();
    }
}
