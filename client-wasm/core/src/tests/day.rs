//! A day's plan, homes, and what is entered at a door.

use shared::event::{Events, What};
use shared::field::PartialDate;
use shared::id::{Audience, Companion, DocumentId};
use shared::key::Key;
use shared::kind::Kind;
use shared::service::Guided;
use shared::time::LocalDay;
use shared::value::Value;

use super::phone::Phone;
use super::world::Log;
use crate::entry::{
    Attendee, Entry, Facts, Household, NewPerson, NewPlace, NewSession, ResultName,
};
use crate::today::{Counts, Day, DayQuery, HomeTasks, TaskKind, Which};
use crate::views::{Query, Trait};

impl Phone {
    /// Saves an entry; the documents it wrote.
    pub(super) fn enter(&mut self, entry: Entry) -> Vec<DocumentId> {
        let save = self.client.save_of(1, &entry, self.now).expect("an entry");
        self.save(1, save.writes);
        self.saved_documents()
    }

    fn day(&self, which: Which) -> Day {
        let tasks_max = 100;
        self.client.day(&DayQuery { which, tasks_max }, self.now)
    }

    fn today(&self, days: i32) -> u32 {
        let day = LocalDay(self.now.local_day().0 + days);
        PartialDate::of_day(day).to_packed()
    }

    fn promise(&mut self, dossier: DocumentId, days: i32, note: &str) {
        let again = Some(self.today(days));
        self.enter(Entry::Visit {
            document: dossier.to_string(),
            result: "rescheduled".to_owned(),
            note: note.to_owned(),
            again,
        });
    }

    fn step(&mut self, dossier: DocumentId, step: &str, days: i32) {
        let on = self.today(days);
        self.enter(Entry::Step {
            document: dossier.to_string(),
            step: step.to_owned(),
            on,
            source: "told".to_owned(),
        });
    }

    fn house(&mut self, name: &str, canal: &str, members: &[DocumentId]) -> DocumentId {
        let mut house = Household {
            name: name.to_owned(),
            canal: canal.to_owned(),
            ..Household::default()
        };
        for member in members {
            house.member = Some(member.to_string());
            let written = self.enter(Entry::Household(house.clone()));
            house.document.get_or_insert(written[0].to_string());
        }
        house.document.expect("a member").parse().expect("an id")
    }
}

fn said(homes: &[HomeTasks]) -> Vec<(&str, Vec<(&str, TaskKind)>)> {
    let tasks = |home: &HomeTasks| home.tasks.iter().map(|t| t.kind).collect::<Vec<_>>();
    let names = homes.iter().map(|home| {
        let names = home.tasks.iter().map(|task| {
            let given = task.name.rsplit(' ').next();
            given.map_or("", |given| match given {
                "Đẹp" => "Đẹp",
                "Phát" => "Phát",
                "Rây" => "Rây",
                _ => "?",
            })
        });
        let home_name = if home.canal == "Bà Từ" {
            "Bà Từ"
        } else {
            ""
        };
        (home_name, names.zip(tasks(home)).collect())
    });
    names.collect()
}

#[test]
fn a_day_goes_canal_by_canal_and_home_by_home_the_most_urgent_first() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let names = ["Lâm Thị Đẹp", "Trần Văn Phát", "Thạch Sà Rây"];
    let [dep, phat, ray] = names.map(|name| phone.add_resident(name));
    phone.house("Lâm Thị Đẹp", "", &[dep]);
    phone.house("Trần Văn Phát", "Bà Từ", &[phat, ray]);
    phone.promise(dep, 0, "con nước lớn 15 giờ");
    phone.promise(phat, 0, "");
    phone.step(ray, "card-printed", -1);
    let plan = phone.day(Which::Due);
    use TaskKind::{CardHandOver, Visit};
    let canal = ("Bà Từ", vec![("Phát", Visit), ("Rây", CardHandOver)]);
    assert_eq!(said(&plan.homes), [canal, ("", vec![("Đẹp", Visit)])]);
    assert_eq!(plan.homes[1].tasks[0].note, "con nước lớn 15 giờ");
    assert_eq!((plan.counts.due, plan.counts.overdue), (3, 0));
    // Tomorrow two promises are broken.
    phone.now = phone.now.plus(86_400);
    assert_eq!(phone.day(Which::Overdue).counts.overdue, 2);
    let query = DayQuery {
        which: Which::Due,
        tasks_max: 2,
    };
    let short = phone.client.day(&query, phone.now);
    assert_eq!((short.homes.len(), short.more), (1, 1));
}

#[test]
fn only_what_somebody_must_do_is_due_and_the_rest_has_lists_of_its_own() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let dep = phone.add_resident("Lâm Thị Đẹp");
    let unclear = Counts {
        unclear: 1,
        ..Counts::default()
    };
    assert_eq!(phone.day(Which::Due).counts, unclear);
    phone.promise(dep, 3, "");
    assert_eq!(
        phone.day(Which::Ahead).homes[0].tasks[0].kind,
        TaskKind::Visit
    );
    phone.put(dep, Key::CARD_REASON, Value::Uint(5));
    let asked = Counts {
        ahead: 1,
        home_visit: 1,
        ..Counts::default()
    };
    assert_eq!(phone.day(Which::Due).counts, asked);
    phone.step(dep, "eid-reported", 0);
    assert_eq!(
        phone.day(Which::Due).homes[0].tasks[0].kind,
        TaskKind::EidActivate
    );
    phone.now = phone.now.plus(8 * 86_400);
    let counts = phone.day(Which::Due).counts;
    assert_eq!((counts.overdue, counts.unclear), (2, 1));
    // Who has moved away is not gone to.
    let residence = Some("left".to_owned());
    let facts = Facts {
        residence,
        ..Facts::default()
    };
    let document = dep.to_string();
    phone.enter(Entry::Facts {
        document,
        facts: Box::new(facts),
    });
    assert_eq!(phone.day(Which::Due).counts, Counts::default());
}

#[test]
fn after_one_of_a_home_the_work_for_the_others_is_at_hand() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let [dep, phat] = ["Lâm Thị Đẹp", "Trần Văn Phát"].map(|name| phone.add_resident(name));
    assert_eq!(phone.client.home(&dep, phone.now), None);
    let household = phone.house("bà Đẹp", "Rạch Ông Đội", &[dep, phat]);
    phone.step(phat, "card-printed", 0);
    let home = phone.client.home(&dep, phone.now).expect("a home");
    assert_eq!(
        (home.household, home.canal.as_str()),
        (household, "Rạch Ông Đội")
    );
    assert_eq!(home.members.len(), 2);
    let tasks: Vec<_> = home
        .tasks
        .iter()
        .map(|task| (task.document, task.kind))
        .collect();
    assert_eq!(tasks, [(phat, TaskKind::CardHandOver)]);
    assert_eq!(phone.client.canals(), ["Rạch Ông Đội"]);
    let only = vec![Trait::Canal("Rạch Ông Đội".to_owned()), Trait::Card(4)];
    let query = Query {
        only,
        ..Query::all(Kind::Dossier, 9)
    };
    assert_eq!(phone.client.list(&query).lines[0].document, phat);
}

#[test]
fn facts_are_put_right_where_they_belong_and_a_choice_says_so() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let dep = phone.add_resident("Lâm Thị Đẹp");
    let text = |text: &str| Some(text.to_owned());
    let facts = Facts {
        birth: text("14/3/1958"),
        number: text("099158004127"),
        phone: text("0951000001"),
        phone_owner: text("family"),
        address: text("Rạch Ông Đội"),
        ..Facts::default()
    };
    let document = dep.to_string();
    let facts = Box::new(facts);
    phone.enter(Entry::Facts {
        document: document.clone(),
        facts,
    });
    let row = phone.client.row(&dep);
    assert_eq!(row.get(&Key::LAST3), Some(&Value::from("127")));
    assert_eq!(row.get(&Key::PHONE_OWNER), Some(&Value::Uint(2)));
    let identity = phone.client.row(&dep.companion(Companion::Identity));
    assert_eq!(
        identity.get(&Key::BIRTH_DATE),
        Some(&Value::Uint(19_580_314))
    );
    let facts = Box::new(Facts {
        phone: text(""),
        ..Facts::default()
    });
    phone.enter(Entry::Facts { document, facts });
    assert_eq!(phone.client.row(&dep).get(&Key::PHONE), Some(&Value::Null));
}

#[test]
fn consent_says_which_text_in_which_language_and_how_and_can_be_withdrawn() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dep = phone.add_resident("Lâm Thị Đẹp");
    let consent = |withdrawn| Entry::Consent {
        document: dep.to_string(),
        text_version: 1,
        language: "km".to_owned(),
        how: "spoken".to_owned(),
        withdrawn,
    };
    for withdrawn in [false, true] {
        phone.enter(consent(withdrawn));
    }
    let events = Events::of(&phone.client.row(&dep)).valid;
    let withdrawn = events.iter().filter_map(|one| match one.event.what {
        What::Consent(consent) => Some((consent.text_version, consent.withdrawn)),
        _ => None,
    });
    let mut withdrawn: Vec<_> = withdrawn.collect();
    withdrawn.sort_unstable();
    assert_eq!(withdrawn, [(1, false), (1, true)]);
}

#[test]
fn who_may_be_here_already_is_offered_and_marked_for_union() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dep = phone.add_resident("Lâm Thị Đẹp");
    phone.put(dep, Key::LAST3, Value::from("127"));
    phone.put(dep, Key::PHONE, Value::from("0951000001"));
    let like = |name: &str, number: &str, phone_number: &str| {
        let typed = NewPerson {
            name: name.to_owned(),
            number: number.to_owned(),
            phone: phone_number.to_owned(),
            ..NewPerson::default()
        };
        let doubles = phone.client.doubles(&typed, 2026);
        doubles.into_iter().map(|one| one.agree).collect::<Vec<_>>()
    };
    assert_eq!(like("lam thi dep", "", ""), [["name"]]);
    assert_eq!(
        like("Bà Đẹp", "099158004127", "0951000001"),
        [["number", "phone"]]
    );
    // A household shares a phone.
    assert_eq!(like("Trần Văn Út", "", "0951000001"), [[""; 0]; 0]);
    let again = phone.add_resident("Lâm Thị Đẹp");
    let (document, other) = (again.to_string(), Some(dep.to_string()));
    phone.enter(Entry::Same { document, other });
    let lines = phone.client.list(&Query::all(Kind::Dossier, 9)).lines;
    let marked = lines
        .iter()
        .find(|line| line.document == again)
        .expect("it");
    assert_eq!(marked.same_as, Some(dep));
}

#[test]
fn places_and_notices_belong_to_the_hamlet() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let place = NewPlace {
        name: "Trường THPT Rạch Tràm".to_owned(),
        place: "school".to_owned(),
        ..NewPlace::default()
    };
    phone.enter(Entry::Place(place));
    let (notice, text) = (
        "obstacle".to_owned(),
        "Cầu gãy, vỏ không qua được.".to_owned(),
    );
    phone.enter(Entry::Notice { notice, text });
    let count = |kind| phone.client.list(&Query::all(kind, 9)).count;
    assert_eq!((count(Kind::Place), count(Kind::Notice)), (1, 1));
}

#[test]
fn what_a_colleague_went_on_with_is_news_and_asks_for_nobody() {
    let mut one = Phone::enrolled(1, &[Audience::Team]);
    let mut two = Phone::enrolled(2, &[Audience::Team]);
    let dep = one.add_resident("Lâm Thị Đẹp");
    one.put(dep, Key::CARD_REASON, Value::Uint(1));
    let mut log = Log::new();
    log.take_all(&one);
    log.bring(&mut one);
    log.bring(&mut two);
    two.now = two.now.plus(60);
    two.enter(Entry::Visit {
        document: dep.to_string(),
        result: "met".to_owned(),
        note: String::new(),
        again: None,
    });
    log.take_all(&two);
    log.bring(&mut one);
    let plan = one.day(Which::Changed);
    let news = Counts {
        changed: 1,
        ..Counts::default()
    };
    assert_eq!(plan.counts, news);
    assert!(plan.homes[0].tasks[0].by.is_some());
    // To whoever did it, it is no news.
    assert_eq!(two.day(Which::Changed).counts, Counts::default());
}

#[test]
fn a_session_names_its_services_the_steps_reached_and_the_day_to_go_on() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dep = phone.add_resident("Lâm Thị Đẹp");
    let again = Some(phone.today(1));
    let attendee = Attendee {
        document: dep.to_string(),
        result: ResultName::Rescheduled,
        reason: None,
        again,
    };
    let session = NewSession {
        place: "school".to_owned(),
        service: 106,
        guided: vec![Guided {
            service: 106,
            steps: 0b11,
        }],
        people: vec![attendee],
        minutes: Some(15),
        language: Some("km".to_owned()),
        obstacles: "Cổng quay vòng vòng.".to_owned(),
        ..NewSession::default()
    };
    let written = phone.enter(Entry::Session(session));
    let row = phone.client.row(&written[0]);
    assert_eq!(row.get(&Key::SERVICES), Some(&Value::Bytes(vec![106, 3])));
    assert_eq!(row.get(&Key::DURATION_MINUTES), Some(&Value::Uint(15)));
    assert_eq!(row.get(&Key::LANGUAGE), Some(&Value::Uint(1)));
    assert_eq!(phone.day(Which::Ahead).counts.ahead, 1);
}
