package io.fdflux.spring;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the auto-configuration has logged since this was opened. */
final class Log implements AutoCloseable {

    private final Logger logger = (Logger) LoggerFactory.getLogger(FdFluxAutoConfiguration.class);
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    Log() {
        appender.start();
        logger.addAppender(appender);
    }

    List<String> lines() {
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
    }
}
