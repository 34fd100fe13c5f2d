package io.fdflux.testsuite.netty;

import io.fdflux.netty.OnEveryPoller;
import java.io.IOException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A class of Netty's suite, run on our channels. */
@ExtendWith(OnOurChannels.Resources.class)
@OnEveryPoller
interface OnOurChannels {

    /**
     * What lives as long as the JVM is there before descriptors are counted; what a test leaves open is closed
     * after it.
     */
    final class Resources implements BeforeAllCallback, AfterEachCallback {

        @Override
        public void beforeAll(ExtensionContext context) throws IOException {
            BlackHole.open();
            SuiteChannels.OURS.closeWhatIsOpen();
        }

        @Override
        public void afterEach(ExtensionContext context) {
            if (context.getExecutionMode() == ExecutionMode.SAME_THREAD) {
                SuiteChannels.OURS.closeWhatIsOpen();
            }
        }
    }
}
