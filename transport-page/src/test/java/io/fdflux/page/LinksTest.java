package io.fdflux.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which connections are linked, by the table of {@link Links}. */
class LinksTest {

    private final List<GroupSampler.Part> parts = new ArrayList<>();

    private static Sample.OfConnection row(String id, String kind, Waits waits, String... worksFor) {
        List<Sample.Link> links = List.of(worksFor).stream()
                .map(server -> new Sample.Link(server, "peer of " + server, null, true))
                .toList();
        return new Sample.OfConnection(
                id,
                0,
                0,
                kind,
                null,
                "peer of " + id,
                false,
                waits,
                false,
                false,
                false,
                0,
                0,
                0,
                true,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                links);
    }

    private static Sample.OfConnection accepted(String id, Waits waits) {
        return row(id, Rows.ACCEPTED, waits);
    }

    private static Sample.OfConnection connected(String id, Waits waits, String... worksFor) {
        return row(id, Rows.CONNECTED, waits, worksFor);
    }

    /** Adds a loop that shows all its connections. */
    private void loop(Sample.OfConnection... rows) {
        Map<Waits, Integer> sums = new EnumMap<>(Waits.class);
        List.of(rows).forEach(row -> sums.merge(row.waits(), 1, Integer::sum));
        loop(sums, rows);
    }

    private void loop(Map<Waits, Integer> sums, Sample.OfConnection... rows) {
        parts.add(new GroupSampler.Part(
                new Sample.OfLoop(0, parts.size(), null, true, 0, 0, new Sample.Sums(sums, 0, 0, 0, 0), Map.of()),
                List.of(rows)));
    }

    private List<Sample.Link> links(String id) {
        return Links.linked(parts).stream()
                .filter(row -> row.id().equals(id))
                .findFirst()
                .orElseThrow()
                .links();
    }

    private void assertNone(String... ids) {
        for (String id : ids) {
            assertThat(links(id)).as(id).isEmpty();
        }
    }

    @Test
    void whatAClientTellsIsSureOnBothSidesAndOnAnyLoop() {
        loop(accepted("server", Waits.NOBODY));
        loop(connected("client", Waits.SEND, "server"), connected("another", Waits.TAKE, "server"));
        assertThat(links("client")).containsExactly(new Sample.Link("server", "peer of server", Waits.NOBODY, true));
        assertThat(links("server"))
                .containsExactly(
                        new Sample.Link("client", "peer of client", Waits.SEND, true),
                        new Sample.Link("another", "peer of another", Waits.TAKE, true));
    }

    @Test
    void aServerThatIsNotInTheSampleIsNamedAllTheSame() {
        loop(connected("client", Waits.SEND, "gone"));
        assertThat(links("client")).containsExactly(new Sample.Link("gone", "peer of gone", null, true));
    }

    @Test
    void theOnlyBacklogOfALoopProbablyHoldsBackItsOnlyPausedClient() {
        loop(
                accepted("server", Waits.SLOW),
                connected("client", Waits.DEMAND),
                accepted("idle", Waits.SEND),
                connected("pooled", Waits.SEND));
        assertThat(links("client")).containsExactly(new Sample.Link("server", "peer of server", Waits.SLOW, false));
        assertThat(links("server")).containsExactly(new Sample.Link("client", "peer of client", Waits.DEMAND, false));
        assertNone("idle", "pooled");
    }

    @Test
    void soDoesTheBacklogOfAnUpload() {
        loop(accepted("server", Waits.DEMAND), connected("client", Waits.TAKE));
        assertThat(links("server")).containsExactly(new Sample.Link("client", "peer of client", Waits.TAKE, false));
    }

    @Test
    void twoOfASideAreNotGuessedAt() {
        loop(accepted("a", Waits.SLOW), accepted("b", Waits.TAKE), connected("client", Waits.DEMAND));
        assertNone("a", "b", "client");
        parts.clear();
        loop(accepted("a", Waits.SLOW), connected("b", Waits.DEMAND), connected("client", Waits.DEMAND));
        assertNone("a", "b", "client");
    }

    @Test
    void anotherLoopOrTheSameOriginIsNoReason() {
        loop(accepted("server", Waits.SLOW), accepted("other", Waits.DEMAND));
        loop(connected("client", Waits.DEMAND));
        assertNone("server", "other", "client");
    }

    @Test
    void whatIsSureIsNoCandidate() {
        loop(
                accepted("server", Waits.SLOW),
                connected("known", Waits.SEND, "server"),
                connected("client", Waits.DEMAND));
        assertNone("client");
        assertThat(links("server")).extracting(Sample.Link::id).containsExactly("known");
    }

    @Test
    void whereSomeAreNotShownNothingIsInferred() {
        loop(Map.of(Waits.SLOW, 2, Waits.DEMAND, 1), accepted("server", Waits.SLOW), connected("client", Waits.DEMAND));
        assertNone("server", "client");
    }
}
