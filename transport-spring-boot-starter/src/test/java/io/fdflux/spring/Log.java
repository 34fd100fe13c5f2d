package io.fdflux.spring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Records the log lines of the auto-configuration, or of all loggers, until it is closed. */
public final class Log implements AutoCloseable {

    private final Logger logger;
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    Log() {
        this(FdFluxAutoConfiguration.class.getName());
    }

    private Log(String name) {
        logger = (Logger) LoggerFactory.getLogger(name);
        logger.setLevel(Level.INFO); // whatever the configuration of the test class path says
        appender.start();
        logger.addAppender(appender);
    }

    public static Log of(Class<?> type) {
        return new Log(type.getName());
    }

    public static Log ofEverything() {
        return new Log(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    public List<String> warnings() {
        return appender.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(event -> event.getLoggerName() + ": " + event.getFormattedMessage())
                .toList();
    }

    public List<String> lines() {
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
    }
}
