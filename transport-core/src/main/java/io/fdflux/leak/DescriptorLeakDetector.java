package io.fdflux.leak;

import io.fdflux.posix.Descriptor;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.SystemPropertyUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/** Netty's detector, whose words are about {@code release()}, with words about a descriptor. */
final class DescriptorLeakDetector extends ResourceLeakDetector<Descriptor> {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(DescriptorLeakDetector.class);

    private static final String LEAK =
            "LEAK: a Descriptor was not closed before it was garbage-collected, so its number stays open.";

    /** Of {@code ResourceLeakDetector}, where it is not public. */
    private static final int NETTYS_INTERVAL = 128;

    DescriptorLeakDetector() {
        super(Descriptor.class, SystemPropertyUtil.getInt("io.netty.leakDetection.samplingInterval", NETTYS_INTERVAL));
    }

    @Override
    protected boolean needReport() {
        return LOGGER.isErrorEnabled();
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        LOGGER.error("{} Whoever gets one from accept, connect, open or a pipe closes it.{}", LEAK, records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        LOGGER.error("{} -Dio.netty.leakDetection.level=advanced says where it was opened.", LEAK);
    }
}
