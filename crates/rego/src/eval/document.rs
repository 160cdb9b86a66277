//! Documents that rules define: complete ones, sets and objects.

use std::sync::Arc;

use super::{Frame, Halt, Machine, collect::Collected, found, term::VALUE_BYTES};
use crate::{
    error::{Code, Error},
    plan::{CompletePlan, DocumentKind, Leaf, PartialPlan, RulePlan},
    value::Value,
};

impl<'p> Machine<'p> {
    /// The whole value of a document; None if it is undefined.
    pub fn document(&mut self, id: usize) -> Result<Option<Value>, Halt> {
        if let Some(known) = self.scope.memo.documents.get(&id) {
            return Ok(known.clone());
        }
        let program = self.program;
        let value = match &program.documents[id].kind {
            DocumentKind::Complete(plan) => self.complete(plan, &[])?,
            DocumentKind::Set(plans) => Some(self.partial(plans, true, &[])?),
            DocumentKind::Object(plans) => Some(self.partial(plans, false, &[])?),
        };
        self.scope.memo.documents.insert(id, value.clone());
        Ok(value)
    }

    /// A document of which only the part under some leading keys is needed: all of it or just that part.
    pub fn part_of_document(&mut self, id: usize, keys: &[Value]) -> Result<Option<Value>, Halt> {
        let program = self.program;
        let (plans, is_set) = match &program.documents[id].kind {
            DocumentKind::Set(plans) if !keys.is_empty() => (plans, true),
            DocumentKind::Object(plans) if !keys.is_empty() => (plans, false),
            _ => return self.document(id),
        };
        if let Some(whole) = self.scope.memo.documents.get(&id) {
            return Ok(whole.clone());
        }
        let most = plans.iter().map(|plan| plan.variants.len() - 1).max().unwrap_or(0);
        let keys = &keys[..keys.len().min(most)];
        let key = (id, keys.to_vec());
        if let Some(known) = self.scope.memo.parts.get(&key) {
            return Ok(Some(known.clone()));
        }
        let value = self.partial(plans, is_set, keys)?;
        self.scope.memo.parts.insert(key, value.clone());
        Ok(Some(value))
    }

    /// The value at a path in a document.
    pub fn document_at(&mut self, id: usize, keys: &[Value]) -> Result<Option<Value>, Halt> {
        let Some(root) = self.part_of_document(id, keys)? else { return Ok(None) };
        let mut value = &root;
        for key in keys {
            match value.get(key) {
                Some(next) => value = next,
                None => return Ok(None),
            }
        }
        Ok(Some(value.clone()))
    }

    /// The one value that rules give for some arguments; None if none of them does.
    pub fn complete(&mut self, plan: &'p CompletePlan, arguments: &[Value]) -> Result<Option<Value>, Halt> {
        let mut result: Option<Value> = None;
        for rule in &plan.rules {
            let mut value = self.rule(rule, arguments, plan.same_constant)?;
            if value.is_none() {
                for rule in &rule.otherwise {
                    value = self.rule(rule, arguments, plan.same_constant)?;
                    if value.is_some() {
                        break;
                    }
                }
            }
            match (&result, value) {
                (_, None) => {}
                (None, Some(value)) if plan.same_constant => return Ok(Some(value)),
                (None, value) => result = value,
                (Some(before), Some(value)) if *before == value => {}
                (Some(_), Some(_)) => return Err(conflict(rule)),
            }
        }
        match (result, &plan.default) {
            (None, Some(default)) => self.rule(default, arguments, true),
            (result, _) => Ok(result),
        }
    }

    fn rule(&mut self, rule: &'p RulePlan, arguments: &[Value], first: bool) -> Result<Option<Value>, Halt> {
        self.deeper(&rule.location, |machine| {
            let mut frame: Frame = vec![Value::Null; rule.slots];
            for (parameter, argument) in rule.parameters.iter().zip(arguments) {
                if !machine.matches(parameter, argument, &mut frame)? {
                    return Ok(None);
                }
            }
            let mut result: Option<Value> = None;
            let flow = machine.run(&rule.body, &mut frame, &mut |machine, frame| {
                let Some(value) = machine.term(&rule.value, frame)? else { return Ok(()) };
                match &result {
                    Some(before) if *before != value => return Err(conflict(rule)),
                    _ => result = Some(value),
                }
                if first { Err(Halt::Found) } else { Ok(()) }
            });
            found(flow)?;
            Ok(result)
        })
    }

    fn partial(&mut self, plans: &'p [PartialPlan], is_set: bool, keys: &[Value]) -> Result<Value, Halt> {
        let mut members = Vec::new();
        let mut object = Collected::default();
        for plan in plans {
            let known = keys.len().min(plan.variants.len() - 1);
            let variant = &plan.variants[known];
            self.deeper(&plan.location, |machine| {
                let mut frame: Frame = vec![Value::Null; variant.slots];
                frame[..known].clone_from_slice(&keys[..known]);
                machine.run(&variant.body, &mut frame, &mut |machine, frame| {
                    machine.charge(2 * VALUE_BYTES)?;
                    if is_set {
                        if let Leaf::Member(member) = &variant.leaf {
                            members.extend(machine.term(member, frame)?);
                        }
                        return Ok(());
                    }
                    let Some(path) = machine.terms(&variant.path, frame)? else { return Ok(()) };
                    let added = match &variant.leaf {
                        Leaf::Value(term) => match machine.term(term, frame)? {
                            Some(value) => object.add_value(path, value),
                            None => true,
                        },
                        Leaf::Member(term) => match machine.term(term, frame)? {
                            Some(member) => object.add_member(path, member),
                            None => true,
                        },
                    };
                    match added {
                        true => Ok(()),
                        false => Err(Error::new(Code::Conflict, &plan.location, "object keys must be unique").into()),
                    }
                })
            })?;
        }
        Ok(if is_set { Value::Set(Arc::new(members.into_iter().collect())) } else { object.into_value() })
    }
}

fn conflict(rule: &RulePlan) -> Halt {
    let message = match rule.parameters.is_empty() {
        true => format!("rule {} produced conflicting values", rule.name),
        false => format!("function {} produced conflicting values for the same inputs", rule.name),
    };
    Error::new(Code::Conflict, &rule.location, message).into()
}
