package io.fdflux.posix;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/**
 * What the kernel knows of a TCP connection: TCP_INFO of Linux, FreeBSD, NetBSD and OpenBSD, TCP_CONNECTION_INFO of
 * macOS. A value of one moment; immutable. The systems differ in what they tell: {@link #get} is empty where this one
 * does not.
 */
public final class TcpInfo {

    /** The connection's state, RFC 9293. */
    public enum State {
        /** There is no connection. */
        CLOSED,
        /** A listener. */
        LISTEN,
        /** SYN is sent. */
        SYN_SENT,
        /** SYN has come. */
        SYN_RECEIVED,
        /** Data flows. */
        ESTABLISHED,
        /** FIN is sent. */
        FIN_WAIT_1,
        /** FIN is sent and acknowledged. */
        FIN_WAIT_2,
        /** FIN has come. */
        CLOSE_WAIT,
        /** FIN has been sent by both, and this one's is not acknowledged. */
        CLOSING,
        /** FIN has come, then was sent. */
        LAST_ACK,
        /** Both are done; late segments are waited for. */
        TIME_WAIT
    }

    /** What a system may tell. All times are in microseconds here. */
    public enum Field {
        /** {@link State}, as this system numbers it: {@link TcpInfo#state()} tells which it is. */
        STATE,
        /** Bits of what was negotiated: 1 timestamps, 2 SACK, 4 window scaling, 8 ECN; 32 data with the SYN, Linux. */
        OPTIONS,
        /** Retransmissions of the oldest segment that is not acknowledged. */
        RETRANSMITS,
        /** Probes without an answer: keep-alive, or of a window that is zero. */
        PROBES,
        /** How often the retransmission timer was doubled. */
        BACKOFF,
        /** The retransmission timer's time. */
        RETRANSMIT_TIMEOUT,
        /** The delayed acknowledgement's time. */
        ACK_TIMEOUT,
        /** The largest segment sent, bytes. */
        SEND_MSS,
        /** The largest segment received, bytes. */
        RECEIVE_MSS,
        /** Segments sent and not acknowledged. */
        UNACKED,
        /** Segments acknowledged out of order. */
        SACKED,
        /** Segments taken for lost. */
        LOST,
        /** Segments retransmitted and not acknowledged. */
        RETRANS,
        /** Since data was sent. */
        LAST_DATA_SENT,
        /** Since data came. */
        LAST_DATA_RECEIVED,
        /** Since an acknowledgement came. */
        LAST_ACK_RECEIVED,
        /** The path's MTU, bytes. */
        PATH_MTU,
        /** The smoothed round-trip time. */
        RTT,
        /** Its variance. */
        RTT_VARIANCE,
        /** The smallest round-trip time. */
        MIN_RTT,
        /** The slow-start threshold: segments on Linux, bytes elsewhere. */
        SEND_SLOW_START_THRESHOLD,
        /** The congestion window: segments on Linux, bytes elsewhere. */
        SEND_CONGESTION_WINDOW,
        /** The window that the peer offers, bytes. */
        SEND_WINDOW,
        /** The room for what comes, bytes. */
        RECEIVE_SPACE,
        /** Segments retransmitted in all. */
        TOTAL_RETRANSMITS,
        /** Bytes sent, those retransmitted included. */
        BYTES_SENT,
        /** Bytes that the peer acknowledged. */
        BYTES_ACKED,
        /** Bytes received. */
        BYTES_RECEIVED,
        /** Bytes retransmitted. */
        BYTES_RETRANSMITTED,
        /** Bytes written and not sent yet. */
        NOT_SENT_BYTES,
        /** Segments sent. */
        SEGMENTS_SENT,
        /** Segments received. */
        SEGMENTS_RECEIVED,
        /** Segments with data sent. */
        DATA_SEGMENTS_SENT,
        /** Segments with data received. */
        DATA_SEGMENTS_RECEIVED,
        /** The rate at which the kernel paces, bytes a second; -1 if it does not. */
        PACING_RATE,
        /** The rate at which data arrived at the peer lately, bytes a second. */
        DELIVERY_RATE
    }

    private final Map<Field, Long> values = new EnumMap<>(Field.class);
    private final IntFunction<State> states;

    /**
     * What a system has told.
     *
     * @param values what it told, in the units of {@link Field}
     * @param states the state that each of its numbers of {@link Field#STATE} means
     */
    public TcpInfo(Map<Field, Long> values, IntFunction<State> states) {
        this.values.putAll(values);
        this.states = states;
    }

    /** {@return the state} */
    public State state() {
        return states.apply(values.get(Field.STATE).intValue());
    }

    /**
     * One of the things told.
     *
     * @param field which
     * @return its value, empty if this system, or its version, does not tell
     */
    public OptionalLong get(Field field) {
        Long value = values.get(field);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    @Override
    public String toString() {
        return state() + " " + values;
    }
}
