package io.fdflux.testsuite.netty;

import io.fdflux.netty.OnEveryPoller;
import java.io.IOException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A class of Netty's suite that runs on our channels. */
@ExtendWith(OnOurChannels.Resources.class)
@OnEveryPoller
interface OnOurChannels {

    /** Creates resources of the JVM's lifetime before descriptors are counted, and closes what a test leaves open. */
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
